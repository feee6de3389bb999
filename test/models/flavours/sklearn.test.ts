import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ModelDescription } from '../../../engine/models/flavours/flavour.ts';
import { recogniseModel } from '../../../engine/models/flavours/flavours.ts';
import { modelsVenv } from '../modelsVenv.ts';
import { answersAsPython, toolsIn } from './flavourParity.ts';
import { trainModels, type TrainedModel } from './trainedModel.ts';

const names = [
  'sklearn_pipeline',
  'sklearn_compressed',
  'sklearn_linear',
  'sklearn_margin',
  'sklearn_network',
  'sklearn_labels',
  'sklearn_skops',
  'sklearn_none',
] as const;
type Name = (typeof names)[number];

/** For each model: the class in its file, whether opening runs code, and what the opened model says. */
const expected: Record<Name, [className: string, runsCode: boolean, said: Partial<ModelDescription>]> = {
  sklearn_pipeline: [
    'sklearn.pipeline.Pipeline',
    true,
    {
      algorithm: 'Pipeline(ColumnTransformer, RandomForestClassifier)',
      kind: 'classification',
      classes: ['fraud', 'ok'],
      scores: 'probability',
    },
  ],
  sklearn_compressed: [
    'sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor',
    true,
    { algorithm: 'HistGradientBoostingRegressor', kind: 'regression', classes: null, scores: 'none' },
  ],
  sklearn_linear: [
    'sklearn.pipeline.Pipeline',
    true,
    { algorithm: 'Pipeline(StandardScaler, LogisticRegression)', classes: ['false', 'true'], scores: 'probability' },
  ],
  sklearn_margin: [
    'sklearn.svm._classes.LinearSVC',
    true,
    { inputs: null, width: 6, classes: ['0', '1'], scores: 'decision' },
  ],
  sklearn_network: [
    'sklearn.pipeline.Pipeline',
    true,
    { algorithm: 'Pipeline(PCA, MLPClassifier)', classes: ['0', '1', '2'], scores: 'probability' },
  ],
  sklearn_labels: [
    'sklearn.svm._classes.SVC',
    true,
    { classes: ['0', '1', '2', '3', '4'], scores: 'none', kind: 'classification' },
  ],
  sklearn_skops: ['sklearn.pipeline.Pipeline', false, { classes: ['fraud', 'ok'], scores: 'probability' }],
  sklearn_none: ['sklearn.pipeline.Pipeline', true, { classes: ['0', '1'], scores: 'probability' }],
};

describe('models of scikit-learn', () => {
  let folder = '';
  let models: Record<(typeof names)[number], TrainedModel>;
  before(() => {
    const problem = modelsVenv.prepare();
    if (problem !== null) throw new Error(problem);
    folder = mkdtempSync(join(tmpdir(), 'loopwright-sklearn-'));
    models = trainModels(modelsVenv, folder, names);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const tools = () => toolsIn(folder, modelsVenv);

  for (const name of names)
    it(`${name} answers as Python alone`, async () => {
      const [className, runsCode, said] = expected[name];
      const found = recogniseModel(models[name].path);
      assert.deepEqual(
        [found?.flavour, found?.stated.algorithm, found?.stated.runsCode],
        ['sklearn', className, runsCode],
      );
      const version = found?.stated.packages['scikit-learn'];
      const description = await answersAsPython(models[name], tools());
      assert.partialDeepStrictEqual(description, { ...said, warnings: [] });
      if (runsCode) assert.equal(version, description.packages['scikit-learn']);
    });

  it('does not take a pickled table for a model', () => {
    const path = join(folder, 'table.pkl');
    modelsVenv.run(join(import.meta.dirname, 'pickledTable.py'), path);
    assert.equal(recogniseModel(path), null);
  });
});
