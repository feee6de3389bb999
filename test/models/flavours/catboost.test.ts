import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ModelDescription, StatedFacts } from '../../../engine/models/flavours/flavour.ts';
import { recogniseModel } from '../../../engine/models/flavours/flavours.ts';
import { modelsVenv } from '../modelsVenv.ts';
import { answersAsPython, toolsIn } from './flavourParity.ts';
import { trainModels, type TrainedModel } from './trainedModel.ts';

/** For each model: what its files state, and what the opened model says. */
const expected = {
  catboost_classes: [
    { algorithm: 'CatBoost', inputs: null },
    { kind: 'classification', classes: ['ja', 'nein'], scores: 'probability' },
  ],
  catboost_values: [{}, { kind: 'regression', classes: null, scores: 'none' }],
} satisfies Record<string, [stated: Partial<StatedFacts>, said: Partial<ModelDescription>]>;
type Name = keyof typeof expected;
const names = Object.keys(expected) as Name[];

describe('models of CatBoost', () => {
  let folder = '';
  let models: Record<Name, TrainedModel>;
  before(() => {
    const problem = modelsVenv.prepare();
    if (problem !== null) throw new Error(problem);
    folder = mkdtempSync(join(tmpdir(), 'loopwright-catboost-'));
    models = trainModels(modelsVenv, folder, names);
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
});
