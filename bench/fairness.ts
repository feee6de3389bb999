import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareMetrics } from '../engine/evaluation/evaluate.ts';
import { fairnessGroups, fairnessResults, fairnessRows } from '../engine/evaluation/fairness/fairness.ts';
import { fairnessInput } from '../engine/evaluation/fairness/fairnessInput.ts';
import { findSlices } from '../engine/evaluation/foundSlices/findSlices.ts';
import type { Groups } from '../engine/evaluation/groups.ts';
import { resample } from '../engine/evaluation/intervals.ts';
import type { Predictions } from '../engine/evaluation/predictions.ts';
import { rowLosses } from '../engine/evaluation/rowLosses.ts';
import { evaluateSlices } from '../engine/evaluation/slices.ts';
import { seededRandom } from '../engine/statistics/random.ts';
import { preparePython, python } from '../test/statistics/parityPython.ts';

// Metrics, slices and fairness of 5,000,000 predictions by 8 attributes, with intervals of 1,000 replicates, beside
// scikit-learn and Fairlearn on the same rows, of which one replicate is timed and the others are scaled.
// Run: node_modules/.bin/node bench/fairness.ts [rows] [ours]

const rows = Number(process.argv[2] ?? 5_000_000);
const sizes = [2, 2, 3, 4, 5, 6, 8, 12];
const folder = join(import.meta.dirname, '..', 'build', 'bench', 'fairness');
const replicates = 1000;
const options = { threshold: 0.5, minPrecision: 0.9 };

function draw(): { truth: Float64Array; values: Float64Array; attributes: Groups[] } {
  const random = seededRandom(1);
  const attributes = sizes.map((size) => ({
    names: Array.from({ length: size }, (_, g) => `g${g}`),
    codes: Int8Array.from({ length: rows }, () => Math.min(random.integer(size), random.integer(size))),
  }));
  const values = new Float64Array(rows);
  const truth = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const score = random.next() ** 2;
    const shift = (attributes[7]?.codes[i] ?? 0) / 50;
    values[i] = score;
    truth[i] = Number(random.next() < Math.min(1, score + shift));
  }
  return { truth, values, attributes };
}

function timed<T>(what: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  console.log(`  ${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

console.log(`${rows} predictions, ${sizes.length} attributes of ${sizes.join(', ')} groups`);
const { truth, values, attributes } = draw();
mkdirSync(folder, { recursive: true });
for (const [name, array] of Object.entries({ truth, values })) writeFileSync(join(folder, `${name}.bin`), array);
for (const [a, { codes }] of attributes.entries()) writeFileSync(join(folder, `a${a}.bin`), codes);

const predictions: Predictions = { task: 'binary', values, probabilities: [] };
const start = performance.now();
const cpu = process.cpuUsage();
const slices = timed('slices', () =>
  evaluateSlices(
    attributes.map((groups, a) => ({ grouping: `a${a}`, groups })),
    { truth, predictions, options, seed: 1 },
  ),
);
timed('slices found among crossings of up to three', () => {
  const losses = rowLosses(truth, predictions, options);
  const columns = attributes.map((groups, a) => ({ name: `a${a}`, groups }));
  return losses && findSlices({ columns, ...losses, depth: 3 });
});
const fair = timed('fairness', () => {
  const input = fairnessInput(truth, predictions, options);
  return attributes.map((groups, a) => {
    const table = fairnessRows(`a${a}`, groups, input);
    return [fairnessResults(table, 0.95), fairnessGroups(table, 0.95)] as const;
  });
});
timed(`metrics, ${replicates} replicates`, () => {
  const prepared = prepareMetrics(truth, predictions, options);
  const resampled = resample({ ...prepared.draws, seed: 1, resamples: replicates }, prepared.statistics);
  return Object.keys(prepared.values()).map((name) => prepared.intervalOf(name, resampled, 0.95));
});
const ours = (performance.now() - start) / 1000;
const used = process.cpuUsage(cpu);
const seconds = (used.user + used.system) / 1e6;
console.log(
  `Loopwright: ${ours.toFixed(1)} s, ${seconds.toFixed(1)} s of processor time, at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB; ${slices.length} slices, ${fair.reduce((sum, [results]) => sum + results.length, 0)} fairness measures`,
);

const missing = process.argv[3] === 'ours' ? 'not asked for' : preparePython();
if (missing !== null) console.log(`no Python to compare with: ${missing}`);
else {
  const { stdout, stderr, status } = spawnSync(
    python,
    [join(import.meta.dirname, 'fairnessPeer.py'), folder, String(sizes.length)],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  const theirs = Number(/total (\S+)/.exec(stdout)?.[1]);
  const once = Number(/once: (\S+) s\s*$/.exec(stdout)?.[1]);
  console.log(
    `${stdout.trim()}\n${(theirs / seconds).toFixed(0)} × the processor time with ${replicates} replicates, ${(once / seconds).toFixed(1)} × without intervals`,
  );
}
