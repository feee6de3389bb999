import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ModelDescription, StatedFacts } from '../../../engine/models/flavours/flavour.ts';
import { recogniseModel } from '../../../engine/models/flavours/flavours.ts';
import { openModel } from '../../../engine/models/openModel.ts';
import { modelsVenv } from '../modelsVenv.ts';
import { answersAsPython, toolsIn } from './flavourParity.ts';
import { trainModels, type TrainedModel } from './trainedModel.ts';

/** For each model: what its files state, and what the opened model says. */
const expected = {
  xgboost_json: [
    {
      algorithm: 'XGBoost binary:logistic',
      inputs: [0, 1, 2, 3, 4, 5].map((i) => ({ name: `x${i}`, type: 'number' as const, optional: false })),
    },
    { kind: 'classification', classes: null, scores: 'probability', warnings: [] },
  ],
  xgboost_classes: [
    { algorithm: 'XGBoost multi:softprob' },
    { algorithm: 'XGBClassifier', kind: 'classification', classes: null, scores: 'probability' },
  ],
  xgboost_linear: [{ algorithm: 'XGBoost reg:squarederror' }, { kind: 'regression', scores: 'none' }],
  xgboost_categories: [{ algorithm: 'XGBoost reg:squarederror' }, { kind: 'regression', scores: 'none' }],
} satisfies Record<string, [stated: Partial<StatedFacts>, said: Partial<ModelDescription>]>;
type Name = keyof typeof expected;
const names = Object.keys(expected) as Name[];

describe('boosters of XGBoost', () => {
  let folder = '';
  let models: Record<Name | 'xgboost_unicode', TrainedModel>;
  before(() => {
    const problem = modelsVenv.prepare();
    if (problem !== null) throw new Error(problem);
    folder = mkdtempSync(join(tmpdir(), 'loopwright-xgboost-'));
    models = trainModels(modelsVenv, folder, [...names, 'xgboost_unicode']);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const name of names)
    it(`${name} answers as Python alone`, async () => {
      const [stated, said] = expected[name];
      const found = recogniseModel(models[name].path);
      assert.equal(found?.flavour, name.split('_')[0]);
      assert.partialDeepStrictEqual(found?.stated, { runsCode: false, refusals: [], ...stated });
      assert.partialDeepStrictEqual(await answersAsPython(models[name], toolsIn(folder, modelsVenv)), said);
    });

  it('refuses categories that XGBoost cut off', async () => {
    await assert.rejects(openModel(models.xgboost_unicode.path, toolsIn(folder, modelsVenv)), {
      name: 'WorkError',
      message: /categories with characters beyond ASCII/,
    });
  });

  it('reads the names of UBJSON without the trees', () => {
    const found = recogniseModel(models.xgboost_classes.path);
    assert.deepEqual(
      found?.stated.inputs?.map(({ name, type }) => [name, type]),
      ['x0', 'x1', 'x2', 'x3', 'x4', 'x5'].map((name) => [name, 'number']),
    );
    assert.match(found?.stated.packages['xgboost'] ?? '', /^\d+\.\d+\.\d+$/);
  });

  it('leaves other JSON and cut-off files alone', () => {
    for (const [name, content] of [
      ['report.json', '{"learner": "none"}'],
      ['config.json', '{"learning_rate": 0.1}'],
      ['list.json', '[1, 2]'],
      ['empty.ubj', ''],
      ['text.ubj', '{L but no length'],
    ] as const) {
      writeFileSync(join(folder, name), content);
      assert.equal(recogniseModel(join(folder, name)), null, name);
    }
    const cut = join(folder, 'cut.ubj');
    writeFileSync(cut, readFileSync(models.xgboost_classes.path).subarray(0, 900));
    assert.partialDeepStrictEqual(recogniseModel(cut), {
      flavour: 'xgboost',
      stated: { inputs: null, algorithm: null },
    });
  });
});
