import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chanceJensenShannon, chanceWasserstein } from '../../engine/statistics/chanceDistance.ts';
import { jensenShannon } from '../../engine/statistics/jensenShannon.ts';
import { categoryPair, numberPair } from '../../engine/statistics/pairs.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';
import { wassersteinOfPair } from '../../engine/statistics/wasserstein.ts';

// The floor under the thresholds: what a distance is on average between samples of one population, by simulation.

const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('the Wasserstein distance of equal populations is its value by chance, within 10 %', () => {
  const random = seededRandom(1);
  for (const [reference, current] of [
    [2000, 50],
    [2000, 300],
    [200, 100],
  ] as const)
    for (const draw of [() => normal(random), () => random.next(), () => Math.exp(normal(random))]) {
      const side = (n: number) => Array.from({ length: n }, draw);
      const pairs = Array.from({ length: 150 }, () => numberPair(side(reference), side(current)));
      const [found, expected] = [
        mean(pairs.map((pair) => wassersteinOfPair(pair) ?? 0)),
        mean(pairs.map((pair) => chanceWasserstein(pair) ?? 0)),
      ];
      assert.ok(Math.abs(found / expected - 1) < 0.1, `${reference} and ${current}: ${found} for ${expected}`);
    }
});

test('a normal column of 100 rows is beyond the threshold of 0.1 deviations by chance', () => {
  const random = seededRandom(2);
  const side = (n: number) => Array.from({ length: n }, () => normal(random));
  assert.ok((chanceWasserstein(numberPair(side(2000), side(100))) ?? 0) > 0.12);
  assert.ok((chanceWasserstein(numberPair(side(2000), side(1000))) ?? 1) < 0.06);
});

test('the Jensen-Shannon distance of equal populations is near its value by chance, and below it for rare categories', () => {
  const random = seededRandom(3);
  for (const [bins, reference, current] of [
    [2, 2000, 100],
    [8, 2000, 100],
    [8, 500, 500],
  ] as const) {
    const side = (n: number) => Array.from({ length: n }, () => `c${random.integer(bins)}`);
    const pairs = Array.from({ length: 300 }, () => categoryPair(side(reference), side(current)));
    // The root of the mean square: the formula is exact for the divergence.
    const found = Math.sqrt(
      mean(pairs.map((pair) => jensenShannon(pair.reference, pair.current)?.js_divergence_2 ?? 0)),
    );
    const expected = mean(pairs.map((pair) => chanceJensenShannon(pair.reference, pair.current) ?? 0));
    assert.ok(
      Math.abs(found / expected - 1) < 0.1,
      `${bins} bins, ${reference} and ${current}: ${found} for ${expected}`,
    );
  }
  const rare = (n: number) => Array.from({ length: n }, () => `c${Math.floor(1 / (1 - random.next()))}`);
  const pair = categoryPair(rare(2000), rare(100));
  assert.ok(
    (jensenShannon(pair.reference, pair.current)?.js_distance_2 ?? 1) <
      (chanceJensenShannon(pair.reference, pair.current) ?? 0),
  );
});
