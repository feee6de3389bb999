import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intervalOf, resample, type ResampleOptions } from '../../engine/evaluation/intervals.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { averagePrecision } from '../../engine/evaluation/measures/prAuc.ts';
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
