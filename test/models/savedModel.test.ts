import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyPreprocess } from '../../engine/models/preprocess.ts';
import { rowsToTable } from '../../engine/models/rowsToTable.ts';
import { loadModel, saveModel } from '../../engine/models/savedModel.ts';
import { trainModel } from '../../engine/models/trainModel.ts';
import { DataError } from '../../engine/base/errors.ts';
import { temporaryFolder } from '../data/temporaryFolder.ts';
import { onEveryBackend } from './everyBackend.ts';
import { syntheticFeatures, syntheticTable } from './syntheticTable.ts';

const folder = temporaryFolder();
const train = syntheticTable(1000, 1);
const trained = await trainModel({
  task: 'binary',
  target: 'positive',
  features: syntheticFeatures,
  train,
  validation: null,
  model: 'mlp',
  hidden: [16, 8],
  epochs: 5,
  seed: 1,
});
const dir = join(folder, 'model');

test('a saved model scores like the trained one, row by row and all at once', async () => {
  await saveModel(dir, trained);
  await saveModel(dir, trained);
  assert.deepEqual(readdirSync(folder), ['model']);
  const model = await loadModel(dir);
  assert.deepEqual(model.meta, JSON.parse(JSON.stringify(trained.meta)));
  const table = syntheticTable(300, 5);
  const scores = await model.scores(table);
  assert.deepEqual(scores, await trained.model.scores(table));
  const [kind, amount, age] = [table.columns['kind'], table.columns['amount'], table.columns['age']];
  assert.ok(kind?.kind === 'text' && amount?.kind === 'number' && age?.kind === 'number');
  const flag = table.columns['flag'];
  for (let i = 0; i < 300; i += 7) {
    const row = {
      amount: amount.values[i],
      age: Number.isNaN(age.values[i]) ? null : age.values[i],
      flag: flag?.values[i] === 1,
      kind: kind.values[i],
      more: 'ignored',
    };
    const [score] = await model.scores(rowsToTable([row], model.meta.features));
    assert.equal(score, scores[i], `row ${i}`);
  }
  const [negative, positive] = await model.probabilities(table);
  assert.equal((negative?.[0] ?? 0) + (positive?.[0] ?? 0), 1);
  assert.equal((await model.scores({ rows: 0, columns: rowsToTable([], model.meta.features).columns })).length, 0);
});

onEveryBackend((test) => {
  test('TensorFlow.js itself loads the files and predicts the same', async (backend) => {
    const tf = backend.use();
    const json = JSON.parse(readFileSync(join(dir, 'model.json'), 'utf8'));
    const bytes = readFileSync(join(dir, 'weights.bin'));
    const layers = await tf.loadLayersModel(
      tf.io.fromMemory({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0].weights,
        weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      }),
    );
    const table = syntheticTable(20, 6);
    const input = applyPreprocess(trained.meta.preprocess, table);
    const output = (
      layers.predict(tf.tensor2d(input, [20, trained.meta.preprocess.width])) as import('@tensorflow/tfjs').Tensor
    ).dataSync();
    const scores = await trained.model.scores(table);
    for (let i = 0; i < 20; i++) assert.ok(Math.abs((output[i] ?? 0) - (scores[i] ?? 1)) < 1e-5);
  });
});

test('a damaged folder is reported with the file and what to do', async () => {
  const broken = async (change: (at: string) => void, about: RegExp) => {
    const at = join(folder, 'broken');
    rmSync(at, { recursive: true, force: true });
    mkdirSync(at);
    for (const file of readdirSync(dir)) writeFileSync(join(at, file), readFileSync(join(dir, file)));
    change(at);
    await assert.rejects(
      loadModel(at),
      (error) => error instanceof DataError && about.test(error.message) && /train again|restore/.test(error.message),
    );
  };
  await broken((at) => rmSync(join(at, 'loopwright-model.json')), /loopwright-model.json: .*missing/);
  await broken((at) => rmSync(join(at, 'weights.bin')), /weights.bin: .*missing/);
  await broken((at) => truncateSync(join(at, 'weights.bin'), 100), /weights.bin: 100 bytes where/);
  await broken(
    (at) => writeFileSync(join(at, 'weights.bin'), Buffer.alloc(readFileSync(join(dir, 'weights.bin')).length, 0xff)),
    /not finite/,
  );
  await broken((at) => truncateSync(join(at, 'loopwright-model.json'), 20), /not valid JSON/);
  await broken(
    (at) => writeFileSync(join(at, 'loopwright-model.json'), '{"formatVersion": 9}'),
    /format 9, this Loopwright reads 1/,
  );
  await broken((at) => writeFileSync(join(at, 'loopwright-model.json'), '{"formatVersion": 1}'), /missing/);
});
