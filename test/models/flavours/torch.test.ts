import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ModelDescription, StatedFacts } from '../../../engine/models/flavours/flavour.ts';
import { recogniseModel } from '../../../engine/models/flavours/flavours.ts';
import { openModel } from '../../../engine/models/openModel.ts';
import { sampled } from '../../helpers/rounds.ts';
import { mlflowVenv } from '../../mlflow/mlflowVenv.ts';
import { answersAsPython, toolsIn } from './flavourParity.ts';
import { trainModels, type TrainedModel } from './trainedModel.ts';

/** For each model: what its files state, and what the opened model says. MLflow opens the last two. */
const expected = {
  torch_script: [
    { algorithm: 'TorchScript' },
    { kind: 'classification', classes: null, scores: 'probability', width: 6 },
  ],
  torch_trace: [{ algorithm: 'TorchScript' }, { kind: null, classes: null, scores: 'none', width: 6 }],
  torch_export: [
    { algorithm: 'torch.export', runsCode: true },
    { kind: 'classification', scores: 'probability', width: 6 },
  ],
  mlflow_keras: [
    { runsCode: true, needs: ['mlflow', 'keras'] },
    { algorithm: 'keras', kind: 'classification', scores: 'probability', width: 6 },
  ],
  mlflow_pytorch: [
    { runsCode: true, needs: ['mlflow', 'torch'] },
    { algorithm: 'pytorch', kind: 'classification', scores: 'probability', width: 6 },
  ],
} satisfies Record<string, [stated: Partial<StatedFacts>, said: Partial<ModelDescription>]>;
type Name = keyof typeof expected;
const names = sampled(Object.keys(expected) as Name[]);

describe('graphs of PyTorch', () => {
  let folder = '';
  let models: Record<Name, TrainedModel>;
  before(() => {
    const problem = mlflowVenv.prepare();
    if (problem !== null) throw new Error(problem);
    folder = mkdtempSync(join(tmpdir(), 'loopwright-torch-'));
    models = trainModels(mlflowVenv, folder, names);
    mlflowVenv.run(join(import.meta.dirname, 'refusedGraphs.py'), folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const name of names)
    it(`${name} answers as Python alone`, async () => {
      const [stated, said] = expected[name];
      const found = recogniseModel(models[name].path);
      assert.equal(found?.flavour, name.split('_')[0]);
      assert.partialDeepStrictEqual(found?.stated, { refusals: [], runsCode: false, ...stated });
      assert.partialDeepStrictEqual(await answersAsPython(models[name], toolsIn(folder, mlflowVenv), 1e-6), said);
    });

  const refused: [file: string, message: RegExp][] = [
    ['gpu.pt', /The model places tensors on `cuda:0`, a GPU that this machine does not have/],
    ['two.pt', /The model takes 2 inputs; one tensor of rows can be given/],
    ['fixed.pt2', /takes a tensor of shape \('4', '6'\)/],
    ['weights.pt', /has no graph of the network/],
  ];
  for (const [file, message] of refused)
    it(`refuses ${file}`, async () => {
      await assert.rejects(openModel(join(folder, file), toolsIn(folder, mlflowVenv)), { message });
    });

  it('leaves archives that are no graph alone', () => {
    assert.equal(recogniseModel(join(folder, 'archive.pt')), null);
    assert.equal(recogniseModel(join(folder, 'empty.pt')), null);
  });
});
