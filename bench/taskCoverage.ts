/* Coverage of the 95 % intervals of labels and rankings by simulation: `node bench/taskCoverage.ts [samples]`. */
import { prepareMetrics } from '../engine/evaluation/evaluate.ts';
import { resample } from '../engine/evaluation/intervals.ts';
import type { Predictions } from '../engine/evaluation/predictions.ts';
import { seededRandom, type Random } from '../engine/statistics/random.ts';

const samples = Number(process.argv[2] ?? 200);
const parameters = { atK: 5 };
type Rows = { truth: Float64Array; predictions: Predictions };

/** Rows with five labels, of which one is rare; the labels of a row vary together. */
function labelled(random: Random, n: number): Rows {
  const shares = [0.5, 0.3, 0.3, 0.15, 0.05];
  const truth = shares.map(() => new Uint8Array(n));
  const scores = shares.map(() => new Float64Array(n));
  const count = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [common, hard] = [random.next() - 0.5, random.next()];
    for (const [l, share] of shares.entries()) {
      const own = Number(random.next() + 0.4 * common < share);
      const [flags, column] = [truth[l], scores[l]];
      if (flags) flags[i] = own;
      if (column) column[i] = Math.min(1, Math.max(0, 0.25 + 0.5 * own + (random.next() - 0.5) * (0.3 + hard)));
      count[i] = (count[i] ?? 0) + own;
    }
  }
  return {
    truth: count,
    predictions: {
      task: 'multilabel',
      values: new Float64Array(n),
      probabilities: scores,
      labels: { truth, decided: null },
    },
  };
}

/** Queries of 10 rows whose scores tell the relevance more or less well; one in ten has no relevant row. */
function ranked(random: Random, n: number): Rows {
  const rows = 10 * n;
  const [truth, values, queries] = [new Float64Array(rows), new Float64Array(rows), new Int32Array(rows)];
  for (let q = 0; q < n; q++) {
    const [skill, none] = [2 * random.next(), random.next() < 0.1];
    for (let i = 10 * q; i < 10 * q + 10; i++) {
      truth[i] = none || random.next() < 0.7 ? 0 : 1 + random.integer(3);
      values[i] = skill * (truth[i] ?? 0) + 3 * random.next();
      queries[i] = q;
    }
  }
  return { truth, predictions: { task: 'ranking', values, probabilities: [], queries } };
}

for (const [name, draw, most] of [
  ['labels', labelled, 60_000],
  ['ranking', ranked, 20_000],
] as const) {
  const options = { threshold: 0.5, minPrecision: 0.9, parameters };
  const whole = draw(seededRandom(1), most);
  const truths = prepareMetrics(whole.truth, whole.predictions, options).values();
  for (const n of [50, 300]) {
    const random = seededRandom(n);
    const covered = new Map<string, [held: number, of: number, width: number]>();
    for (let s = 0; s < samples; s++) {
      const { truth, predictions } = draw(random, n);
      const prepared = prepareMetrics(truth, predictions, options);
      const resampled = resample({ ...prepared.draws, seed: s, resamples: 400 }, prepared.statistics);
      for (const [metric, value] of Object.entries(truths)) {
        const interval = prepared.intervalOf(metric, resampled, 0.95);
        if (value === null || !interval) continue;
        const [held, of, width] = covered.get(metric) ?? [0, 0, 0];
        const holds = interval.low <= value && value <= interval.high;
        covered.set(metric, [held + Number(holds), of + 1, width + interval.high - interval.low]);
      }
    }
    for (const [metric, [held, of, width]] of covered)
      console.log(
        `${name} n=${n} ${metric}: ${((100 * held) / of).toFixed(1)} % of ${of} (${(width / of).toFixed(3)})`,
      );
  }
}
