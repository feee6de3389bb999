import { adam } from '../engine/models/adam.ts';
import { loadBackend, type Backend, type BackendName } from '../engine/models/backend.ts';
import { backpropagate, predictLogits } from '../engine/models/backpropagate.ts';
import { createNetwork, forward } from '../engine/models/network.ts';
import { outputLoss } from '../engine/models/outputLoss.ts';
import { findTfjsNode, tfjsNodeVariable } from '../engine/models/tfjsNode.ts';
import { seededRandom } from '../engine/statistics/random.ts';
import { prepareTfjsNode } from '../scripts/tfjsNode.ts';
import { summarise } from './measure.ts';

// Training steps and scoring of networks of several sizes on each backend of TensorFlow.js, in turns in one process. The
// first table shows from which size tfjs-node is faster than WebAssembly: the rule of engine/models/backend.ts. The
// second shows up to how many rows plain JavaScript scores faster: the rule of engine/models/scoreLogits.ts.
// Run: node_modules/.bin/node bench/backends.ts

const made = findTfjsNode() === null ? prepareTfjsNode() : null;
if (made?.folder) process.env[tfjsNodeVariable] = made.folder;
const names: BackendName[] = ['tensorflow', 'wasm', 'cpu'];
const backends = await Promise.all(names.map(loadBackend));
const layouts: { width: number; hidden: number[] }[] = [
  { width: 10, hidden: [] },
  { width: 40, hidden: [] },
  { width: 10, hidden: [16] },
  { width: 40, hidden: [64, 32] },
  { width: 100, hidden: [128, 64] },
  { width: 100, hidden: [256, 128] },
  { width: 300, hidden: [512, 256] },
  { width: 1000, hidden: [1024] },
];
const batches = [32, 256, 2048];
/** A backend that took longer than this for one step is not asked for more of them. */
const enoughMs = 1500;

/** A function that makes one step, as training does. */
function stepOf(backend: Backend, batch: number, width: number, hidden: readonly number[]): () => number {
  const random = seededRandom(1);
  const input = Float32Array.from({ length: batch * width }, () => random.next() * 2 - 1);
  const labels = Float64Array.from({ length: batch }, (_, i) => i % 2);
  const ones = new Float64Array(batch).fill(1);
  const network = createNetwork(width, hidden, 1, seededRandom(2));
  const update = adam(network, 0.001, 0);
  return () => {
    const start = performance.now();
    const { gradients } = backpropagate(backend, network, input, batch, [], (logits) =>
      outputLoss('binary', logits, 1, labels, ones),
    );
    update(gradients);
    return performance.now() - start;
  };
}

console.log('rows a step, network, million multiply-adds: ms a step on tensorflow, wasm, cpu; wasm / tensorflow');
for (const { width, hidden } of layouts) {
  for (const batch of batches) {
    const sizes = [width, ...hidden, 1];
    const work = (batch * sizes.slice(1).reduce((sum, units, l) => sum + (sizes[l] ?? 0) * units, 0)) / 1e6;
    const steps = backends.map((backend) => stepOf(backend, batch, width, hidden));
    const times = steps.map((step) => (step(), [step()]));
    const rounds = Math.max(4, Math.min(60, Math.round(200 / Math.max(...times.flat().map((ms) => Math.min(ms, 50))))));
    for (let round = 0; round < rounds; round++)
      for (const [b, step] of steps.entries()) if ((times[b]?.[0] ?? 0) < enoughMs) times[b]?.push(step());
    const medians = times.map((ms) => summarise(ms).median);
    console.log(
      [
        String(batch).padStart(5),
        sizes.join(' → ').padEnd(24),
        work.toFixed(2).padStart(9),
        ...medians.map((ms) => ms.toFixed(2).padStart(9)),
        `${((medians[1] ?? 0) / (medians[0] ?? 1)).toFixed(2)} ×`.padStart(9),
      ].join(' '),
    );
  }
}

console.log('\nrows, network: ms of scoring in plain JavaScript, on wasm, on tensorflow');
const [tensorflow, wasm] = backends;
for (const { width, hidden } of layouts.filter((layout) => layout.hidden.length > 0)) {
  const network = createNetwork(width, hidden, 1, seededRandom(2));
  for (const rows of [1, 16, 64, 256, 8192]) {
    const random = seededRandom(1);
    const input = Float32Array.from({ length: rows * width }, () => random.next() * 2 - 1);
    const ways = [
      () => forward(network, input, rows),
      ...[wasm, tensorflow].flatMap((backend) => (backend ? [() => predictLogits(backend, network, input, rows)] : [])),
    ];
    const times = ways.map((way): number[] => (way(), []));
    for (let round = 0; round < 15; round++)
      for (const [w, way] of ways.entries()) {
        if ((times[w]?.[0] ?? 0) > 200) continue;
        const start = performance.now();
        way();
        times[w]?.push(performance.now() - start);
      }
    const medians = times.map((ms) => summarise(ms).median.toFixed(3).padStart(9));
    console.log([String(rows).padStart(5), [width, ...hidden, 1].join(' → ').padEnd(24), ...medians].join(' '));
  }
}
