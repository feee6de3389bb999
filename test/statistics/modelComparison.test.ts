import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareModels } from '../../engine/evaluation/compareModels.ts';
import { deLong } from '../../engine/statistics/deLong.ts';
import { mcNemar } from '../../engine/statistics/mcNemar.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { rounds } from '../helpers/rounds.ts';

/** By the definition: every pair of a positive and a negative row. */
function byPairs(labels: number[], own: number[], other: number[]) {
  const at = (label: number) => labels.flatMap((one, i) => (one === label ? [i] : []));
  const [positives, negatives] = [at(1), at(0)];
  const psi = (s: number[], i: number, j: number) => {
    const [a = 0, b = 0] = [s[i], s[j]];
    return a > b ? 1 : a === b ? 0.5 : 0;
  };
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const parts = [own, other].map((s) => ({
    v10: positives.map((i) => mean(negatives.map((j) => psi(s, i, j)))),
    v01: negatives.map((j) => mean(positives.map((i) => psi(s, i, j)))),
  }));
  const covariance = (x: number[], y: number[]) =>
    x.reduce((sum, value, i) => sum + (value - mean(x)) * ((y[i] ?? 0) - mean(y)), 0) / (x.length - 1);
  const [a, b] = parts as [(typeof parts)[0], (typeof parts)[0]];
  const s = (x: typeof a, y: typeof a) =>
    covariance(x.v10, y.v10) / positives.length + covariance(x.v01, y.v01) / negatives.length;
  return { own: mean(a.v10), other: mean(b.v10), variance: s(a, a) + s(b, b) - 2 * s(a, b) };
}

test('DeLong agrees with its definition over all pairs, with ties', () => {
  const random = seededRandom(3);
  for (let r = 0; r < rounds(300); r++) {
    const n = 4 + random.integer(40);
    const labels = Array.from({ length: n }, (_, i) => (i < 2 ? 1 : i < 4 ? 0 : random.integer(2)));
    const levels = 2 + random.integer(8);
    const scores = () => labels.map((label) => random.integer(levels) / levels + (random.next() < 0.3 ? label : 0));
    const [own, other] = [scores(), scores()];
    const found = deLong(labels, own, other);
    const expected = byPairs(labels, own, other);
    assert.ok(found);
    for (const [a, b] of [
      [found.own, expected.own],
      [found.other, expected.other],
      [found.error ** 2, Math.max(0, expected.variance)],
    ] as const)
      assert.ok(Math.abs(a - b) < 1e-12, `${a} ${b}`);
  }
  assert.equal(deLong([1, 0, 0], [1, 2, 3], [1, 2, 3]), null);
  assert.deepEqual(deLong([1, 1, 0, 0], [4, 3, 2, 1], [4, 3, 2, 1]), { own: 1, other: 1, error: 0, p: 1 });
});

test('McNemar is exact: p of scipy', () => {
  // scipy: binomtest(b, b + c).pvalue
  for (const [b, c, p] of [
    [0, 0, 1],
    [5, 5, 1],
    [1, 9, 0.021484375],
    [9, 1, 0.021484375],
    [0, 6, 0.03125],
    [59, 121, 4.4344492637551645e-6],
  ] as const)
    assert.ok(Math.abs(mcNemar(b, c) - p) <= 1e-12, `${b} ${c} ${mcNemar(b, c)}`);
});

test('two models that are equally good are called different in about 5 % of samples', () => {
  const random = seededRandom(11);
  const samples = rounds(1500);
  let [areas, decisions, covered] = [0, 0, 0];
  for (let r = 0; r < samples; r++) {
    const truth = Float64Array.from({ length: 120 }, () => Number(random.next() < 0.3));
    const scores = () => Float64Array.from(truth, (label) => 0.5 * random.next() + 0.25 * random.next() + 0.2 * label);
    const of = (values: Float64Array) => ({ task: 'binary' as const, values, probabilities: [] });
    const found = compareModels(truth, of(scores()), of(scores()), { own: 0.5, other: 0.5 });
    assert.ok(found?.rocAuc && found.decisions);
    if (found.rocAuc.p < 0.05) areas++;
    if (found.decisions.p < 0.05) decisions++;
    if (found.rocAuc.low <= 0 && found.rocAuc.high >= 0) covered++;
  }
  const spread = 3 * Math.sqrt((0.05 * 0.95) / samples);
  assert.ok(Math.abs(areas / samples - 0.05) < spread + 0.01, `${areas / samples}`);
  assert.ok(decisions / samples < 0.05 + spread, `${decisions / samples}`);
  assert.ok(covered / samples > 0.93 - spread, `${covered / samples}`);
});

test('rows without a truth or an answer are left out, and a regression is not compared', () => {
  const values = Float64Array.from([0.9, Number.NaN, 0.2, 0.6, 0.1, 0.7]);
  const truth = Float64Array.from([1, 1, 0, Number.NaN, 0, 1]);
  const of = (task: 'binary' | 'regression') => ({ task, values, probabilities: [] });
  assert.deepEqual(compareModels(truth, of('binary'), of('binary'), { own: 0.5, other: null })?.decisions, null);
  const same = compareModels(truth, of('binary'), of('binary'), { own: 0.5, other: 0.5 });
  assert.deepEqual([same?.n, same?.decisions], [4, { onlyOwn: 0, onlyOther: 0, p: 1 }]);
  assert.equal(compareModels(truth, of('regression'), of('regression'), { own: null, other: null }), null);
});
