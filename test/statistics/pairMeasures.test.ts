import assert from 'node:assert/strict';
import { test } from 'node:test';
import { andersonDarling } from '../../engine/statistics/andersonDarling.ts';
import { benjaminiHochberg } from '../../engine/statistics/benjaminiHochberg.ts';
import {
  categoricalBaseline,
  judgeCategories,
  judgeNumbers,
  numericBaseline,
} from '../../engine/statistics/baselineBins.ts';
import { categoryDistances } from '../../engine/statistics/categoryDistances.ts';
import { chiSquareContingency } from '../../engine/statistics/chiSquare.ts';
import { cramerVonMises } from '../../engine/statistics/cramerVonMises.ts';
import { domainClassifier } from '../../engine/statistics/domainClassifier.ts';
import { energyDistance } from '../../engine/statistics/energyDistance.ts';
import { fisherExact } from '../../engine/statistics/fisherExact.ts';
import { gTest } from '../../engine/statistics/gTest.ts';
import { hellinger, hellingerOfCategories, hellingerOfNumbers } from '../../engine/statistics/hellinger.ts';
import { jensenShannon } from '../../engine/statistics/jensenShannon.ts';
import { klDivergence } from '../../engine/statistics/klDivergence.ts';
import { kolmogorovTail } from '../../engine/statistics/kolmogorov.ts';
import { ksOfPair, ksTest } from '../../engine/statistics/ksTest.ts';
import { mannWhitney } from '../../engine/statistics/mannWhitney.ts';
import { deviationOf, momentsOf } from '../../engine/statistics/moments.ts';
import { categoryPair, numberPair, type NumberPair } from '../../engine/statistics/pairs.ts';
import { proportionsTest } from '../../engine/statistics/proportionsTest.ts';
import { psi } from '../../engine/statistics/psi.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { textDrift } from '../../engine/statistics/textDrift.ts';
import { tfdvDivergence } from '../../engine/statistics/tfdvHistogram.ts';
import { permutedTotalVariation } from '../../engine/statistics/totalVariationTest.ts';
import { tTest } from '../../engine/statistics/tTest.ts';
import { wasserstein, wassersteinOfPair, wassersteinStdOfPair } from '../../engine/statistics/wasserstein.ts';

const random = seededRandom(20261123);
const sample = (n: number, value: () => number) => Array.from({ length: n }, value);

/** Plain, tied, heavy-tailed, constant and far from zero. */
const shapes: (() => number)[] = [
  () => random.next() * 2 - 1,
  () => random.integer(5),
  () => Math.exp(random.next() * 20),
  () => 4.2,
  () => 1e9 + random.next() / 1e3,
];
const sizes = [2, 3, 8, 9, 20, 21, 100, 700];
const trials = Array.from({ length: 120 }, (_, i) => {
  const shape = shapes[i % shapes.length] ?? Math.random;
  const other = i % 3 === 0 ? shape : (shapes[(i + 1) % 2] ?? shape);
  return [
    sample(sizes[random.integer(sizes.length)] ?? 2, shape),
    sample(sizes[random.integer(sizes.length)] ?? 2, other),
  ] as const;
});

/** Each measure of numbers as [value that a p-value or distance has]. */
const measures: Record<string, (pair: NumberPair) => number | null> = {
  ks: (pair) => ksOfPair(pair)?.statistic ?? null,
  ksP: (pair) => ksOfPair(pair)?.pValue ?? null,
  wasserstein: wassersteinOfPair,
  energy: energyDistance,
  cramer: (pair) => cramerVonMises(pair)?.pValue ?? null,
  anderson: (pair) => andersonDarling(pair)?.pValue ?? null,
  mannWhitney: (pair) => mannWhitney(pair)?.pValue ?? null,
  welch: (pair) => tTest(pair)?.pValue ?? null,
  student: (pair) => tTest(pair, 'student')?.pValue ?? null,
  hellinger: (pair) => hellingerOfNumbers(pair),
  tfdv: (pair) => tfdvDivergence(pair),
};
const swapped = ({ values, reference, current }: NumberPair): NumberPair => ({
  values,
  reference: current,
  current: reference,
});
const near = (a: number | null, b: number | null, what: string, tolerance = 1e-9) => {
  if (a === null || b === null || Number.isNaN(a) || Number.isNaN(b)) assert.deepEqual(a, b, what);
  else assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${what}: ${a} and ${b}`);
};

test('every symmetric measure gives the same value when the sides are exchanged', () => {
  for (const [a, b] of trials)
    for (const [name, measure] of Object.entries(measures))
      near(measure(numberPair(a, b)), measure(swapped(numberPair(a, b))), name, 1e-8);
});

test('equal sides have distance 0, and p 1 in the tests that reach it', () => {
  for (const [i, [a]] of trials.entries()) {
    const pair = numberPair(a, a);
    for (const name of ['ks', 'wasserstein', 'energy', 'tfdv']) assert.equal(measures[name]?.(pair), 0, name);
    // evidently's densities lose the digits of bins that are narrow and far from zero.
    if (i % shapes.length !== 4) near(measures['hellinger']?.(pair) ?? null, 0, 'hellinger', 1e-7);
    for (const name of ['ksP', 'mannWhitney']) assert.equal(measures[name]?.(pair), 1, name);
    if (new Set(a).size > 1) assert.equal(measures['welch']?.(pair), 1);
    assert.ok((measures['cramer']?.(pair) ?? 1) > 0.9);
    assert.equal(psi(pair.reference, pair.current), 0);
    assert.equal(klDivergence(pair.reference, pair.current), 0);
  }
});

test('a weight counts like repeated values, and the order of rows does not matter', () => {
  for (const [a, b] of trials) {
    const pair = numberPair(a, b);
    const shuffled = (values: readonly number[]) => {
      const copy = [...values];
      random.shuffle(copy);
      return copy;
    };
    assert.deepEqual(numberPair(shuffled(a), shuffled(b)), pair);
    const [x, y] = [a.toSorted((p, q) => p - q), b.toSorted((p, q) => p - q)];
    assert.deepEqual(ksOfPair(pair), ksTest(x, y));
    near(wassersteinOfPair(pair), wasserstein(x, y), 'wasserstein');
  }
});

test('a value split in two points of the same place changes nothing', () => {
  for (const [a, b] of trials) {
    const pair = numberPair(a, b);
    const zeros = new Float64Array(pair.values.length);
    const twice: NumberPair = {
      values: Float64Array.from(pair.values, (_, i) => pair.values[i] ?? 0),
      reference: Float64Array.from(pair.reference),
      current: Float64Array.from(pair.current),
    };
    const doubled = {
      values: twice.values,
      reference: twice.reference.map((count) => count * 3),
      current: twice.current.map((count) => count * 3),
    };
    near(wassersteinOfPair(doubled), wassersteinOfPair(pair), 'wasserstein of tripled counts');
    near(energyDistance(doubled), energyDistance(pair), 'energy of tripled counts');
    assert.equal(wassersteinOfPair({ ...pair, current: zeros }), null);
  }
});

test('rank tests do not change under a monotonic transformation', () => {
  for (const [a, b] of trials) {
    const moved = (values: readonly number[]) => values.map((value) => Math.atan(value / 1e6) * 1000);
    const [pair, same] = [numberPair(a, b), numberPair(moved(a), moved(b))];
    if (pair.values.length !== same.values.length) continue;
    for (const name of ['ks', 'ksP', 'cramer', 'anderson', 'mannWhitney'])
      near(measures[name]?.(pair) ?? null, measures[name]?.(same) ?? null, name);
  }
});

test('distances stay in their bounds, p-values between 0 and 1', () => {
  for (const [a, b] of trials) {
    const pair = numberPair(a, b);
    for (const name of ['ks', 'ksP', 'cramer', 'anderson', 'mannWhitney', 'hellinger', 'tfdv']) {
      const value = measures[name]?.(pair) ?? null;
      if (value !== null) assert.ok(value >= 0 && value <= 1, `${name}: ${value}`);
    }
    const js = jensenShannon(pair.reference, pair.current);
    const shares = categoryDistances(pair.reference, pair.current);
    const distance = hellinger(pair.reference, pair.current) ?? 0;
    // Jensen-Shannon and Hellinger are bounded by total variation, which bounds Hellinger's square (Lin 1991; Le Cam).
    assert.ok(
      js &&
        shares &&
        js.js_divergence_2 <= shares.totalVariation + 1e-12 &&
        shares.lInfinity <= shares.totalVariation + 1e-12,
    );
    assert.ok(distance ** 2 <= shares.totalVariation + 1e-12 && shares.totalVariation <= Math.SQRT2 * distance + 1e-12);
    near(hellingerOfCategories(pair.reference, pair.current), distance, 'the two forms of Hellinger', 1e-7);
    assert.ok((psi(pair.reference, pair.current) ?? 0) >= 0);
  }
});

test('an empty side gives null everywhere', () => {
  for (const pair of [
    numberPair([], [1, 2]),
    numberPair([1, 2], []),
    numberPair([Number.NaN], [1, 2, Number.POSITIVE_INFINITY]),
  ]) {
    for (const [name, measure] of Object.entries(measures)) assert.equal(measure(pair), null, name);
    for (const measure of [psi, klDivergence, hellinger, gTest, proportionsTest, categoryDistances])
      assert.equal(measure(pair.reference, pair.current), null);
  }
  assert.deepEqual(numberPair([Number.NaN, 1], [Number.POSITIVE_INFINITY]).dropped, { reference: 1, current: 1 });
});

test('a spread of a millionth of the mean keeps its digits', () => {
  const near0 = sample(5000, () => random.next() / 1000);
  const far = near0.map((value) => value + 1e9);
  const exact = far.map((value) => value - 1e9);
  const deviation = (values: readonly number[]) => deviationOf(momentsOf(values, null));
  near(deviation(far) / deviation(exact), 1, 'deviation', 1e-8);
  const other = far.map((value) => value + (random.next() - 0.5) / 1000);
  near(
    tTest(numberPair(far, other))?.pValue ?? null,
    tTest(
      numberPair(
        exact,
        other.map((value) => value - 1e9),
      ),
    )?.pValue ?? Number.NaN,
    't',
    1e-9,
  );
  near(
    wassersteinStdOfPair(
      numberPair(
        far,
        far.map((value) => value + 2 ** -9),
      ),
    ),
    2 ** -9 / 0.001,
    'wasserstein',
    1e-8,
  );
});

test("worked values: Fisher's tea, a z test, G, Kolmogorov", () => {
  near(fisherExact(3, 1, 1, 3).pValue, 34 / 70, 'the lady tasting tea');
  assert.equal(fisherExact(0, 0, 3, 4).pValue, 1);
  near(proportionsTest([40, 60], [30, 70])?.pValue ?? null, 0.13820767, 'z', 1e-6);
  near(gTest([50, 50], [60, 40])?.statistic ?? null, 2 * (60 * Math.log(1.2) + 40 * Math.log(0.8)), 'G');
  assert.equal(proportionsTest([5, 0], [7, 0])?.pValue, 1);
  assert.equal(gTest([5, 0], [5, 1])?.pValue, 0);
  // For one value D is max(u, 1 − u), so that P(D ≥ d) = 2 (1 − d).
  near(kolmogorovTail(1, 0.7), 0.6, 'Kolmogorov of one value');
});

test("Benjamini and Hochberg's own table, ties and gaps", () => {
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  const adjusted = benjaminiHochberg(p);
  // The paper rejects four at 0.05.
  assert.equal(adjusted.filter((value) => value !== null && value <= 0.05).length, 4);
  assert.deepEqual(benjaminiHochberg([0.04, null, 0.01, Number.NaN]), [0.04, null, 0.02, null]);
  assert.deepEqual(benjaminiHochberg([]), []);
});

test('bins kept with a baseline judge later samples as the reference itself would', () => {
  const reference = numberPair(
    sample(5000, () => random.next() ** 2),
    [],
  );
  const baseline = numericBaseline(reference.values, reference.reference);
  assert.ok(baseline?.kind === 'numeric');
  assert.deepEqual([baseline.edges.length, baseline.counts.reduce((sum, count) => sum + count, 0)], [9, 5000]);
  assert.ok(
    baseline.counts.every((count) => Math.abs(count - 500) <= 1),
    String(baseline.counts),
  );
  const kept = JSON.parse(JSON.stringify(baseline)) as typeof baseline;
  const ones = (n: number) => new Float64Array(n).fill(1);
  const alike = judgeNumbers(
    kept,
    sample(5000, () => random.next() ** 2),
    ones(5000),
  );
  const moved = judgeNumbers(
    kept,
    sample(5000, () => random.next() ** 2 + 0.3),
    ones(5000),
  );
  assert.ok(
    alike && moved && alike.psi < 0.02 && moved.psi > 0.5 && moved.js_distance_2 > 0.3,
    JSON.stringify([alike, moved]),
  );
  const tied = numericBaseline([1, 2], [990, 10]);
  assert.deepEqual(tied, { kind: 'numeric', edges: [2], counts: [990, 10] });
  const words = categoricalBaseline(['a', 'b'], [50, 50]);
  assert.ok(words);
  assert.equal(judgeCategories(words, ['b', 'a'], [50, 50])?.psi, 0);
  assert.ok((judgeCategories(words, ['a', 'new'], [50, 50])?.psi ?? 0) > 1);
  assert.equal(judgeCategories(words, [], []), null);
  assert.equal(numericBaseline([], []), null);
});

test('a classifier separates shifted rows from the reference, but not equal ones', () => {
  const n = 600;
  const labels = Uint8Array.from({ length: 2 * n }, (_, i) => (i < n ? 0 : 1));
  const noise = sample(2 * n, () => random.next());
  const wider = sample(2 * n, () => random.next() - 0.5).map((value, i) => (i < n ? value : value * 3));
  const words = noise.map((value, i) => (i >= n && value < 0.5 ? 'new' : value < 0.3 ? null : 'old'));
  const auc = (features: Parameters<typeof domainClassifier>[0]) =>
    domainClassifier(features, labels)?.rocAuc ?? Number.NaN;
  const equal = domainClassifier([{ kind: 'number', values: noise }], labels);
  assert.ok(equal && Math.abs(equal.rocAuc - 0.5) < 0.05 && equal.pValue > 0.01, JSON.stringify(equal));
  assert.ok(auc([{ kind: 'number', values: wider }]) > 0.7, 'a wider spread with the same mean');
  assert.ok(auc([{ kind: 'category', values: words }]) > 0.7);
  assert.deepEqual(
    domainClassifier([{ kind: 'number', values: wider }], labels),
    domainClassifier([{ kind: 'number', values: wider }], labels),
  );
  assert.equal(domainClassifier([{ kind: 'number', values: [1, 2, 3] }], [0, 1, 1]), null);
});

test('texts of another vocabulary drift, of the same do not', () => {
  const text = (first: number) =>
    sample(10, () => first + random.integer(80))
      .map((k) => `word${k}`)
      .join(' ');
  const [a, b, c] = [0, 0, 60].map((first) => Array.from({ length: 200 }, () => text(first)));
  const [alike, apart] = [textDrift(a ?? [], b ?? []), textDrift(a ?? [], c ?? [])];
  assert.ok(alike && alike.rocAuc < 0.62 && alike.randomPercentile > 0.5, JSON.stringify(alike));
  assert.ok(apart && apart.rocAuc > 0.95 && apart.pValue < 1e-6, JSON.stringify(apart));
  assert.equal(textDrift(['one'], ['two']), null);
});

test('permutations: equal categories give a large p, other ones a small', () => {
  const words = (n: number, k: number, first: number) =>
    Array.from({ length: n }, () => String(first + random.integer(k)));
  assert.equal(permutedTotalVariation(categoryPair(words(200, 5, 0), words(150, 5, 2)))?.pValue, 0);
  // Under no difference p-values are uniform: their mean over 40 pairs lies near a half (standard error 0.046), and
  // they follow chi-square's.
  const pairs = Array.from({ length: 40 }, () => categoryPair(words(200, 5, 0), words(150, 5, 0)));
  const permuted = pairs.map((pair) => permutedTotalVariation(pair)?.pValue ?? Number.NaN);
  const mean = permuted.reduce((sum, p) => sum + p, 0) / permuted.length;
  assert.ok(Math.abs(mean - 0.5) < 0.2, String(mean));
  for (const [i, pair] of pairs.entries())
    assert.ok(Math.abs((permuted[i] ?? 0) - (chiSquareContingency(pair.reference, pair.current)?.pValue ?? 0)) < 0.5);
});
