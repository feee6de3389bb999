import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantileInterval } from '../../engine/statistics/quantileInterval.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const upTo = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);

test('ranks are those whose binomial tails, by scipy.stats.binom, are at most 2.5 %', () => {
  const known: [n: number, q: number, low: number | null, high: number | null][] = [
    [2, 0.95, 1, null],
    [5, 0.5, null, null],
    [30, 0.5, 10, 21],
    [72, 0.95, 64, 72],
    [73, 0.95, 65, 73],
    [100, 0.95, 90, 100],
    [1000, 0.95, 936, 964],
    [50, 0.05, null, 7],
  ];
  for (const [n, q, low, high] of known) assert.deepEqual(quantileInterval(upTo(n), q), { low, high }, `${n} ${q}`);
});

test('nothing has no interval, and a few values have no upper end for a high quantile', () => {
  assert.deepEqual(quantileInterval([], 0.95), { low: null, high: null });
  assert.deepEqual(quantileInterval(upTo(20), 0.95), { low: 17, high: null });
});

test('the quantile of heavy tails is below or above the interval in at most 2.5 % of samples each', () => {
  const random = seededRandom(12);
  const rounds = 2000;
  // Pareto with exponent 1.1: the variance is infinite.
  const truth = 0.05 ** (-1 / 1.1);
  for (const n of [10, 100, 500]) {
    let [above, below] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const sample = Float64Array.from({ length: n }, () => (1 - random.next()) ** (-1 / 1.1)).sort();
      const { low, high } = quantileInterval(sample, 0.95);
      above += Number(low !== null && low > truth);
      below += Number(high !== null && high < truth);
    }
    for (const missed of [above, below]) assert.ok(missed / rounds <= 0.025 + 0.0105, `${n}: ${missed}`);
  }
});
