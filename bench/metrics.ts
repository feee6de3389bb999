import { prepareMetrics } from '../engine/evaluation/evaluate.ts';
import { resample } from '../engine/evaluation/intervals.ts';
import { seededRandom } from '../engine/statistics/random.ts';

// Time of all metrics of a binary model with their intervals, without reading and predicting.
// Run: node_modules/.bin/node bench/metrics.ts [rows]

const n = Number(process.argv[2] ?? 5_000_000);
const random = seededRandom(3);
const values = Float64Array.from({ length: n }, () => random.next() ** 3);
const truth = values.map((score) => Number(random.next() < score));

const begun = process.cpuUsage();
let start = performance.now();
const lap = (what: string) => {
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  start = performance.now();
};
const prepared = prepareMetrics(
  truth,
  { task: 'binary', values, probabilities: [] },
  { threshold: 0.5, minPrecision: 0.6 },
);
const metrics = prepared.values();
lap(`${Object.keys(metrics).length} metrics of ${n} rows`);
const resampled = resample({ ...prepared.draws, seed: 1, resamples: 1000 }, prepared.statistics);
lap(`1,000 resamples of ${prepared.draws.n} cells`);
for (const name of Object.keys(metrics)) prepared.intervalOf(name, resampled, 0.95);
lap('intervals');
const { user, system } = process.cpuUsage(begun);
console.log(
  `${((user + system) / 1e6).toFixed(1)} s of processor time, at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
);
