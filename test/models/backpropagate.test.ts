import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { loadBackend, type Tensorflow } from '../../engine/models/backend.ts';
import { backpropagate, predictLogits } from '../../engine/models/backpropagate.ts';
import { createNetwork, forward } from '../../engine/models/network.ts';
import type { Task } from '../../engine/evaluation/predictions.ts';
import { outputLoss } from '../../engine/models/outputLoss.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const { tf, name } = await loadBackend();
after(() => tf.setBackend(name));

const rows = 7;
const random = seededRandom(3);
const input = Float32Array.from({ length: rows * 4 }, () => random.next() * 2 - 1);
const weights = Float64Array.from({ length: rows }, (_, i) => 1 + (i % 3));

for (const task of ['binary', 'multiclass', 'regression'] as Task[]) {
  const outputs = task === 'multiclass' ? 3 : 1;
  const labels = Float64Array.from({ length: rows }, (_, i) => (task === 'multiclass' ? i % 3 : i % 2));
  const network = createNetwork(4, [6, 5], outputs, seededRandom(4));

  test(`${task}: the gradient is the slope of the loss`, () => {
    const judge = (logits: ArrayLike<number>) => outputLoss(task, logits, outputs, labels, weights);
    const { loss, gradients } = backpropagate(tf, network, input, rows, [], judge);
    assert.ok(Math.abs(loss - judge(forward(network, input, rows)).loss) < 1e-5);
    for (const [l, layer] of network.entries()) {
      for (const part of ['weights', 'bias'] as const) {
        for (let i = 0; i < layer[part].length; i += 3) {
          const value = layer[part][i] ?? 0;
          const at = (shift: number) => {
            layer[part][i] = value + shift;
            const there = { loss: judge(forward(network, input, rows)).loss, value: layer[part][i] ?? 0 };
            layer[part][i] = value;
            return there;
          };
          const [up, down] = [at(1e-3), at(-1e-3)];
          const slope = (up.loss - down.loss) / (up.value - down.value);
          assert.ok(
            Math.abs(slope - (gradients[l]?.[part][i] ?? Number.NaN)) < 1e-3,
            `layer ${l} ${part}[${i}]: slope ${slope}, gradient ${gradients[l]?.[part][i]}`,
          );
        }
      }
    }
  });
}

test('a step leaks no tensor, and backends agree', async () => {
  const network = createNetwork(4, [6, 5], 1, seededRandom(4));
  const labels = Float64Array.from({ length: rows }, (_, i) => i % 2);
  const mask = [
    Float32Array.from({ length: rows * 6 }, (_, i) => (i % 4 === 0 ? 0 : 1.25)),
    Float32Array.from({ length: rows * 5 }, () => 1),
  ];
  const step = (backend: Tensorflow) =>
    backpropagate(backend, network, input, rows, mask, (logits) => outputLoss('binary', logits, 1, labels, weights));
  const before = tf.memory().numTensors;
  const here = step(tf);
  const logits = predictLogits(tf, network, input, rows);
  assert.equal(tf.memory().numTensors, before);
  await tf.setBackend('cpu');
  const there = step(tf);
  assert.ok(Math.abs(here.loss - there.loss) < 1e-6);
  assert.ok(here.gradients.length > 0 && here.gradients.every(({ weights }) => weights.length > 0));
  for (const [l, layer] of here.gradients.entries()) {
    for (const [i, value] of layer.weights.entries())
      assert.ok(Math.abs(value - (there.gradients[l]?.weights[i] ?? Number.NaN)) < 1e-6);
  }
  for (const [i, value] of forward(network, input, rows).entries())
    assert.ok(Math.abs(value - (logits[i] ?? Number.NaN)) < 1e-5);
});

test('a whole training gives the same result on WebAssembly and in plain JavaScript', async () => {
  const { trainModel } = await import('../../engine/models/trainModel.ts');
  const { syntheticFeatures, syntheticTable } = await import('./syntheticTable.ts');
  const run = async (backend: string) => {
    await tf.setBackend(backend);
    return trainModel({
      task: 'binary',
      target: 'positive',
      features: syntheticFeatures,
      train: syntheticTable(1500, 1),
      validation: syntheticTable(500, 2),
      model: 'mlp',
      hidden: [16, 8],
      epochs: 5,
      batchSize: 64,
      dropout: 0.1,
      seed: 9,
    });
  };
  const [here, there] = [await run(name), await run('cpu')];
  assert.equal(here.history.length, 5);
  for (const [i, epoch] of here.history.entries())
    assert.ok(
      Math.abs(epoch.loss - (there.history[i]?.loss ?? Number.NaN)) < 1e-4,
      `epoch ${i + 1}: ${epoch.loss} and ${there.history[i]?.loss}`,
    );
  await tf.setBackend(name);
});
