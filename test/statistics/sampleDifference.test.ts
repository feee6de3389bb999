import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chiSquareContingency } from '../../engine/statistics/chiSquare.ts';
import { fisherExact } from '../../engine/statistics/fisherExact.ts';
import { categoryPair, numberPair } from '../../engine/statistics/pairs.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';
import { categoriesDiffer, numbersDiffer, proportionsDiffer } from '../../engine/statistics/sampleDifference.ts';

const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const numbers: Record<string, (random: Random) => number> = {
  normal,
  cauchy: (random) => normal(random) / normal(random),
  'point mass': (random) => (random.next() < 0.6 ? 0 : Math.exp(normal(random))),
  'five values': (random) => random.integer(5),
  'rare one': (random) => (random.next() < 0.02 ? 1 : 0),
};
const categories: Record<string, (random: Random) => string> = {
  truth: (random) => String(random.next() < 0.3),
  rare: (random) => String(random.next() < 0.01),
  'hundred equal': (random) => `c${random.integer(100)}`,
  'many rare': (random) => `c${Math.floor(1 / (1 - random.next()))}`,
};
const drawn = <T>(n: number, draw: () => T): T[] => Array.from({ length: n }, draw);

test('equal populations are called different no more often than the level says, whatever they are', () => {
  const rounds = 300;
  for (const [reference, current] of [
    [600, 30],
    [300, 300],
  ] as const) {
    const random = seededRandom(reference);
    const of = (draw: () => number | null) => drawn(rounds, draw).filter((p) => p !== null && p < 0.05).length;
    for (const [name, draw] of Object.entries(numbers)) {
      const side = (n: number) => drawn(n, () => draw(random));
      const found = of(() => numbersDiffer(numberPair(side(reference), side(current))));
      // 25 is 15 expected and three standard deviations.
      assert.ok(found <= 26, `${name}, ${reference} and ${current}: ${found} of ${rounds}`);
    }
    for (const [name, draw] of Object.entries(categories)) {
      const side = (n: number) => drawn(n, () => draw(random));
      const found = of(() => {
        const pair = categoryPair(side(reference), side(current));
        return categoriesDiffer(pair.reference, pair.current);
      });
      assert.ok(found <= 26, `${name}, ${reference} and ${current}: ${found} of ${rounds}`);
    }
  }
});

test('shifts, spreads, far tails and point masses are found, each by the test that sees it', () => {
  const random = seededRandom(5);
  const before = drawn(2000, () => normal(random));
  const p = (draw: (i: number) => number) =>
    numbersDiffer(
      numberPair(
        before,
        Array.from({ length: 500 }, (_, i) => draw(i)),
      ),
    ) ?? 1;
  assert.ok(p(() => normal(random) + 0.4) < 1e-6);
  assert.ok(p(() => normal(random) * 1.6) < 1e-6);
  assert.ok(p((i) => (i % 25 === 0 ? 100 : normal(random))) < 1e-3, '4 % in another unit');
  assert.ok(p(() => (random.next() < 0.1 ? 0 : normal(random))) < 1e-6, 'a tenth filled with 0');
});

test('one category that changes is found among many, and rare ones are pooled', () => {
  const many = Array.from({ length: 60 }, () => 40);
  const moved = many.map((count, i) => (i === 7 ? 40 : Math.floor(count / 4)));
  assert.ok((categoriesDiffer(many, moved) ?? 1) < 1e-6);
  assert.equal(categoriesDiffer([5, 5], [0, 0]), null);
  assert.equal(categoriesDiffer([50], [20]), 1);
  // Two of 40 in 2,000 and 30: too few for chi-square, so Fisher counts.
  assert.equal(categoriesDiffer([1960, 40], [28, 2]), fisherExact(1960, 28, 40, 2).pValue);
  assert.equal(categoriesDiffer([700, 300], [200, 150]), chiSquareContingency([700, 300], [200, 150])?.pValue);
});

test('proportions: the order of the sides does not count, equal ones are no difference', () => {
  const [one, other] = [proportionsDiffer([3, 1000], [7, 100]), proportionsDiffer([7, 100], [3, 1000])];
  assert.ok(Math.abs(one / other - 1) < 1e-9);
  assert.equal(proportionsDiffer([0, 50], [0, 70]), 1);
  assert.ok(proportionsDiffer([10, 1000], [7, 100]) < 0.01);
});
