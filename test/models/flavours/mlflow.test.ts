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
  'mlflow_sklearn',
  'mlflow_skops',
  'mlflow_function',
  'mlflow_xgboost',
  'mlflow_lightgbm',
  'mlflow_catboost',
] as const;

describe('models that MLflow saved', () => {
  let folder = '';
  let models: Record<(typeof names)[number], TrainedModel>;
  before(() => {
    const problem = modelsVenv.prepare();
    if (problem !== null) throw new Error(problem);
    folder = mkdtempSync(join(tmpdir(), 'loopwright-mlflow-'));
    models = trainModels(modelsVenv, folder, names);
    // Its own folder has the module.
    rmSync(join(folder, 'dateParts.py'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('opens scikit-learn natively, with the code that was saved beside it', async () => {
    const found = recogniseModel(models.mlflow_sklearn.path);
    assert.partialDeepStrictEqual(found, {
      flavour: 'mlflow',
      stated: {
        algorithm: 'sklearn.pipeline.Pipeline',
        inputs: [
          { name: 'age', type: 'number', optional: false },
          { name: 'visits', type: 'integer', optional: false },
          { name: 'city', type: 'text', optional: false },
          { name: 'member', type: 'boolean', optional: false },
          { name: 'when', type: 'datetime', optional: false },
        ],
        needs: ['scikit-learn'],
        runsCode: true,
        refusals: [],
      },
    });
    assert.equal(found?.stated.packages['mlflow'], undefined);
    const said = await answersAsPython(models.mlflow_sklearn, toolsIn(folder, modelsVenv));
    assert.partialDeepStrictEqual(said, { classes: ['fraud', 'ok'], scores: 'probability', warnings: [] });
    assert.deepEqual(said.inputs, found?.stated.inputs);
    assert.match(said.runtime, /^scikit-learn [\d.]+, Python 3/);
  });

  it('opens skops with the types that its MLmodel trusts', async () => {
    const found = recogniseModel(models.mlflow_skops.path);
    assert.partialDeepStrictEqual(found?.stated, { runsCode: false, needs: ['skops', 'scikit-learn'], inputs: null });
    const said = await answersAsPython(models.mlflow_skops, toolsIn(folder, modelsVenv));
    assert.partialDeepStrictEqual(said, { algorithm: 'RandomForestRegressor', kind: 'regression', scores: 'none' });
  });

  it('opens everything else as MLflow does, with the types of the signature', async () => {
    const found = recogniseModel(models.mlflow_function.path);
    assert.partialDeepStrictEqual(found?.stated, { runsCode: true, needs: ['mlflow'] });
    const said = await answersAsPython(models.mlflow_function, toolsIn(folder, modelsVenv));
    assert.partialDeepStrictEqual(said, { kind: null, classes: null, scores: 'none', warnings: [] });
    assert.match(said.runtime, /^mlflow 3/);
  });

  const native: [name: (typeof names)[number], className: string, said: Partial<ModelDescription>][] = [
    ['mlflow_xgboost', 'xgboost.sklearn.XGBClassifier', { classes: ['0', '1'], scores: 'probability' }],
    ['mlflow_lightgbm', 'lightgbm.sklearn.LGBMRegressor', { kind: 'regression', scores: 'none' }],
    ['mlflow_catboost', 'CatBoostClassifier', { classes: ['0', '1', '2'], scores: 'probability' }],
  ];
  for (const [name, className, said] of native)
    it(`opens ${name} without MLflow`, async () => {
      const found = recogniseModel(models[name].path);
      assert.equal(found?.stated.algorithm, className);
      assert.partialDeepStrictEqual(await answersAsPython(models[name], toolsIn(folder, modelsVenv)), said);
    });
});
