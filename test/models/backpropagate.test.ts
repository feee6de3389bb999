import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBackend, type Backend, type BackendName } from '../../engine/models/backend.ts';
import { backpropagate, predictLogits } from '../../engine/models/backpropagate.ts';
import { createNetwork, forward } from '../../engine/models/network.ts';
import type { LearnedTask } from '../../engine/evaluation/predictions.ts';
import { outputLoss } from '../../engine/models/outputLoss.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { trainModel } from '../../engine/models/trainModel.ts';
import { noTensorflow, onEveryBackend } from './everyBackend.ts';
import { syntheticFeatures, syntheticTable } from './syntheticTable.ts';

const rows = 7;
const random = seededRandom(3);
const input = Float32Array.from({ length: rows * 4 }, () => random.next() * 2 - 1);
const weights = Float64Array.from({ length: rows }, (_, i) => 1 + (i % 3));

for (const task of ['binary', 'multiclass', 'regression'] as LearnedTask[]) {
  const outputs = task === 'multiclass' ? 3 : 1;
  const labels = Float64Array.from({ length: rows }, (_, i) => (task === 'multiclass' ? i % 3 : i % 2));
  const network = createNetwork(4, [6, 5], outputs, seededRandom(4));

  onEveryBackend((test) => {
    test(`the gradient is the slope of the loss of a ${task} target`, (backend) => {
      const judge = (logits: ArrayLike<number>) => outputLoss(task, logits, outputs, labels, weights);
      const { loss, gradients } = backpropagate(backend, network, input, rows, [], judge);
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
  });
}

/** Backends beside the one that every machine has. */
const others = [
  { name: 'tensorflow', skip: noTensorflow },
  { name: 'cpu', skip: false },
] as const;

for (const { name, skip } of others) {
  test(`a step on ${name} leaks no tensor and agrees with WebAssembly`, { skip }, async () => {
    const network = createNetwork(4, [6, 5], 1, seededRandom(4));
    const labels = Float64Array.from({ length: rows }, (_, i) => i % 2);
    const mask = [
      Float32Array.from({ length: rows * 6 }, (_, i) => (i % 4 === 0 ? 0 : 1.25)),
      Float32Array.from({ length: rows * 5 }, () => 1),
    ];
    const step = (backend: Backend) =>
      backpropagate(backend, network, input, rows, mask, (logits) => outputLoss('binary', logits, 1, labels, weights));
    const [one, wasm] = [await loadBackend(name), await loadBackend('wasm')];
    const before = one.use().memory().numTensors;
    const here = step(one);
    const logits = predictLogits(one, network, input, rows);
    assert.equal(one.use().memory().numTensors, before);
    const there = step(wasm);
    assert.ok(Math.abs(here.loss - there.loss) < 1e-6);
    assert.ok(here.gradients.length > 0 && here.gradients.every(({ weights: found }) => found.length > 0));
    for (const [l, layer] of here.gradients.entries()) {
      for (const [i, value] of layer.weights.entries())
        assert.ok(Math.abs(value - (there.gradients[l]?.weights[i] ?? Number.NaN)) < 1e-6);
    }
    for (const [i, value] of forward(network, input, rows).entries())
      assert.ok(Math.abs(value - (logits[i] ?? Number.NaN)) < 1e-5);
  });

  test(`a whole training on ${name} gives the weights of one on WebAssembly to 1e-3`, { skip }, async () => {
    const [here, there] = [await trained(name), await trained('wasm')];
    assert.deepEqual([here.meta.backend, there.meta.backend], [name, 'wasm']);
    assert.notDeepEqual(here.network, there.network, 'each was computed on its own backend');
    assert.equal(here.history.length, 5);
    for (const [i, epoch] of here.history.entries())
      assert.ok(
        Math.abs(epoch.loss - (there.history[i]?.loss ?? Number.NaN)) < 1e-4,
        `epoch ${i + 1}: ${epoch.loss} and ${there.history[i]?.loss}`,
      );
    for (const [l, layer] of here.network.entries())
      for (const part of ['weights', 'bias'] as const)
        for (const [i, value] of layer[part].entries()) {
          const other = there.network[l]?.[part][i] ?? Number.NaN;
          assert.ok(Math.abs(value - other) < 1e-3, `layer ${l} ${part}[${i}]: ${value} and ${other}`);
        }
  });
}

onEveryBackend((test, name) => {
  test('the same seed gives the same bits, even while another backend trains', async () => {
    const [one, two] = await Promise.all([trained(name), trained(name), trained('wasm'), trained('cpu')]);
    assert.deepEqual(one?.network, two?.network);
    assert.deepEqual(one?.network, (await trained(name)).network);
  });
});

function trained(backend: BackendName) {
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
    backend,
  });
}
