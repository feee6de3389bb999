import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareMetrics } from '../../engine/evaluation/evaluate.ts';
import { intervalOf, resample, type ResampleOptions } from '../../engine/evaluation/intervals.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { averagePrecision } from '../../engine/evaluation/rankingAreas.ts';
import { rank } from '../../engine/evaluation/ranking.ts';

const bootstrapIntervals = (
  { confidence, ...options }: ResampleOptions & { confidence: number },
  compute: Parameters<typeof resample>[1],
) => {
  const resampled = resample(options, compute);
  return Object.fromEntries([...resampled.keys()].map((key) => [key, intervalOf(resampled, key, confidence)]));
};

test('the interval of a mean is close to the normal one, and the seed determines it', () => {
  const random = seededRandom(1);
  const values = Float64Array.from({ length: 1000 }, () => random.next());
  const mean = (weights: ArrayLike<number>) => ({
    mean: values.reduce((sum, x, i) => sum + x * (weights[i] ?? 0), 0) / 1000,
  });
  const interval = bootstrapIntervals({ n: 1000, confidence: 0.95, seed: 3, resamples: 400 }, mean)['mean'];
  const centre = mean(new Uint16Array(1000).fill(1)).mean;
  const half = (1.96 * 0.2887) / Math.sqrt(1000);
  assert.ok(
    interval && Math.abs(interval.low - (centre - half)) < 0.004 && Math.abs(interval.high - (centre + half)) < 0.004,
    JSON.stringify(interval),
  );
  assert.deepEqual(bootstrapIntervals({ n: 1000, confidence: 0.95, seed: 3, resamples: 400 }, mean)['mean'], interval);
});

test('the interval of the average precision of 30,000 rows contains the value of all rows', () => {
  const random = seededRandom(2);
  const labels = Uint8Array.from({ length: 30_000 }, () => (random.next() < 0.02 ? 1 : 0));
  const ranking = rank(
    labels,
    Float64Array.from(labels, (label) => random.next() + label / 2),
  );
  const { ap } = bootstrapIntervals({ n: 30_000, confidence: 0.95, seed: 1 }, (weights) => ({
    ap: averagePrecision(ranking, weights),
  }));
  const whole = averagePrecision(ranking) ?? 0;
  assert.ok(ap && ap.low < whole && whole < ap.high);
});

test('a statistic that is mostly missing has no interval, and neither have 0 rows', () => {
  assert.equal(bootstrapIntervals({ n: 5, confidence: 0.9, seed: 1 }, () => ({ x: null }))['x'], null);
  assert.deepEqual(
    bootstrapIntervals({ n: 0, confidence: 0.9, seed: 1 }, () => ({ x: 1 })),
    {},
  );
});

/** The 95 % intervals of a binary model by metric. */
function intervalsOf(truth: number[], scores: number[]) {
  const predictions = { task: 'binary' as const, values: Float64Array.from(scores), probabilities: [] };
  const prepared = prepareMetrics(Float64Array.from(truth), predictions, { threshold: 0.5, minPrecision: 0.9 });
  const resampled = resample({ n: truth.length, seed: 1 }, prepared.statistics);
  return (name: string, confidence = 0.95) => prepared.intervalOf(name, resampled, confidence);
}

test('a perfect record of few rows does not show that the model is perfect', () => {
  const truth = Array.from({ length: 36 }, (_, i) => i % 2);
  const of = intervalsOf(truth, truth);
  // scipy.stats.binomtest(36, 36).proportion_ci('exact')
  assert.ok(Math.abs((of('accuracy')?.low ?? 0) - 0.9026) < 1e-4);
  for (const name of ['accuracy', 'precision', 'recall', 'f1', 'balanced_accuracy', 'roc_auc', 'pr_auc']) {
    const interval = of(name);
    assert.ok(
      interval && interval.low < 0.95 && interval.low > 0.6 && interval.high === 1,
      `${name} ${JSON.stringify(interval)}`,
    );
    assert.ok((of(name, 0.999)?.low ?? 1) < interval.low, 'more confidence is a wider interval');
  }
});

test('the interval of F1 is that of the share of rows that are positive in truth and prediction', () => {
  const truth = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
  const scores = [0.9, 0.9, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
  const f1 = intervalsOf(truth, scores)('f1');
  // binomtest(2, 4).proportion_ci('exact') is 0.0676 to 0.9324.
  assert.ok(f1 && Math.abs(f1.low - 0.1266) < 1e-3 && Math.abs(f1.high - 0.965) < 1e-3, JSON.stringify(f1));
});

test('errors without any spread have no interval, because nothing says how large a rare one is', () => {
  for (const error of [0, 0.1]) {
    const truth = Float64Array.from([1, 2, 4, 7]);
    const values = truth.map((y) => y + error);
    const predictions = { task: 'regression' as const, values, probabilities: [] };
    const prepared = prepareMetrics(truth, predictions, { threshold: null, minPrecision: 0.9 });
    const resampled = resample({ n: 4, seed: 1 }, prepared.statistics);
    assert.equal(prepared.intervalOf('rmse', resampled, 0.95), null);
  }
});

test('one error among exact predictions has an interval that ends at its size', () => {
  const truth = new Float64Array(12).fill(5);
  const values = truth.map((y, i) => (i === 6 ? y + 1 : y));
  const predictions = { task: 'regression' as const, values, probabilities: [] };
  const prepared = prepareMetrics(truth, predictions, { threshold: null, minPrecision: 0.9 });
  const resampled = resample({ n: 12, seed: 1 }, prepared.statistics);
  const [mae, rmse] = ['mae', 'rmse'].map((name) => prepared.intervalOf(name, resampled, 0.95));
  // binomtest(1, 12).proportion_ci() is 0.0021 to 0.3848; the bound of the resamples has a fourth of the tail.
  assert.ok(mae && mae.low <= 0.0022 && mae.high >= 0.3847 && mae.high < 0.5, JSON.stringify(mae));
  assert.ok(rmse && rmse.high >= Math.sqrt(0.3847) && rmse.high < Math.sqrt(0.5), JSON.stringify(rmse));
});

test('one confident mistake does not put the end of log_loss anywhere', () => {
  const truth = Float64Array.from({ length: 100 }, (_, i) => i % 2);
  const values = truth.map((label, i) => (i === 4 || i === 9 ? 0.9999 - 0.9998 * label : 0.0001 + 0.9998 * label));
  const predictions = { task: 'binary' as const, values, probabilities: [] };
  const prepared = prepareMetrics(truth, predictions, { threshold: 0.5, minPrecision: 0.9 });
  const interval = prepared.intervalOf('log_loss', resample({ n: 100, seed: 1 }, prepared.statistics), 0.95);
  // Two of 100 are wrong by 9.21; the upper end of that share is 0.0704.
  assert.ok(interval && interval.high >= 0.0704 * 9.2 && interval.high < 0.1 * 9.21, JSON.stringify(interval));
});

test('losses that are all equal may still be others in rows not seen', () => {
  const truth = Float64Array.from({ length: 36 }, (_, i) => i % 2);
  const interval = (score: (label: number) => number, name: string) => {
    const predictions = { task: 'binary' as const, values: truth.map(score), probabilities: [] };
    const prepared = prepareMetrics(truth, predictions, { threshold: 0.5, minPrecision: 0.9 });
    return prepared.intervalOf(name, resample({ n: 36, seed: 1 }, prepared.statistics), 0.95);
  };
  // binomtest(0, 36).proportion_ci() ends at 0.0974: so many rows may be right, with a loss of 0.1054 or 0.01.
  const wrong = (label: number) => 0.9 - 0.8 * label;
  assert.ok(Math.abs((interval(wrong, 'log_loss')?.low ?? 0) - (0.9026 * Math.LN10 + 0.0974 * 0.1054)) < 1e-3);
  assert.ok(Math.abs((interval(wrong, 'brier')?.low ?? 0) - (0.9026 * 0.81 + 0.0974 * 0.01)) < 1e-3);
  const right = (label: number) => 0.1 + 0.8 * label;
  assert.ok((interval(right, 'brier')?.high ?? 0) > 0.9026 * 0.01 + 0.0974 * 0.81 - 1e-3);
});
