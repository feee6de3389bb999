import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomialInterval } from '../../engine/statistics/binomialInterval.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9 * Math.max(1e-3, expected), `${actual}, not ${expected}`);

test('intervals are those of scipy.stats.binomtest(k, n).proportion_ci(method="exact")', () => {
  const known: [successes: number, n: number, low: number, high: number][] = [
    [0, 1, 0.0, 0.975],
    [1, 1, 0.025000000000000022, 1.0],
    [0, 36, 0.0, 0.0973937559145927],
    [36, 36, 0.9026062440854073, 1.0],
    [1, 50, 0.0005062279831152354, 0.10646954571150097],
    [2, 50, 0.004881433426136251, 0.13713762560396867],
    [3, 6, 0.11811724875702524, 0.8818827512429748],
    [17, 100, 0.10226491003552808, 0.2581754106321507],
    [10, 1000, 0.004805510691058102, 0.018313243055112373],
    [5, 200000, 8.117480152398544e-6, 5.834068812573337e-5],
    [123456, 1000000, 0.12281184162963026, 0.1241023402768027],
  ];
  for (const [successes, n, low, high] of known) {
    const interval = binomialInterval(successes, n);
    close(interval.low, low);
    close(interval.high, high);
  }
});

test('no draws say nothing about the share', () => {
  assert.deepEqual(binomialInterval(0, 0), { low: 0, high: 1 });
});

test('the true share is outside in at most 5 % of samples, on each side in at most 2.5 %', () => {
  const random = seededRandom(11);
  for (const [n, share] of [
    [20, 0.01],
    [50, 0.5],
    [300, 0.03],
  ] as const) {
    const rounds = 2000;
    let [above, below] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      let successes = 0;
      for (let i = 0; i < n; i++) successes += Number(random.next() < share);
      const { low, high } = binomialInterval(successes, n);
      above += Number(low > share);
      below += Number(high < share);
    }
    // Three standard errors of a share of 2.5 % in 2,000 rounds.
    for (const missed of [above, below]) assert.ok(missed / rounds <= 0.025 + 0.0105, `${n} ${share}: ${missed}`);
  }
});
