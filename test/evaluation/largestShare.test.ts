import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareMetrics } from '../../engine/evaluation/evaluate.ts';
import { largestShare } from '../../engine/evaluation/largestShare.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { normal } from '../helpers/intervalCoverage.ts';

test('a mean that one row makes up is flagged: mape near 0, a far outlier; and no ordinary one is', () => {
  const random = seededRandom(12);
  let [flagged, ordinary] = [0, 0];
  for (let round = 0; round < 40; round++) {
    const values = Float64Array.from({ length: 50 }, () => normal(random));
    const near = values.map((value) => value + normal(random));
    const of = (truth: Float64Array, answers: Float64Array, name: string) =>
      prepareMetrics(
        truth,
        { task: 'regression', values: answers, probabilities: [] },
        { threshold: null, minPrecision: 0.9 },
      ).largestShare(name);
    flagged += Number(of(near, values, 'mape') !== null);
    const [truth, far] = [near.map((y) => y + 10), values.map((y) => y + 10)];
    for (const name of ['mape', 'smape', 'mae', 'rmse']) ordinary += Number(of(truth, far, name) !== null);
    far[0] = 10_000;
    for (const name of ['mape', 'mae', 'rmse']) assert.ok((of(truth, far, name) ?? 0) > 0.9, name);
  }
  assert.ok(flagged >= 28, `mape near 0: ${flagged} of 40`);
  assert.ok(ordinary <= 4, `${ordinary} of 160`);
});

test('few rows, gains and weights', () => {
  assert.equal(largestShare([0, 0, 9], undefined), null, 'of three rows one is always a large part');
  const losses = Float64Array.from({ length: 30 }, (_, i) => (i === 0 ? 30 : 1));
  assert.ok(Math.abs((largestShare(losses, undefined) ?? 0) - 30 / 59) < 1e-12);
  assert.equal(
    largestShare(
      losses,
      losses.map((_, i) => (i === 0 ? 0.01 : 1)),
    ),
    null,
  );
  losses[3] = -1;
  assert.equal(largestShare(losses, undefined), null, 'of gains and losses no share is known');
  assert.equal(largestShare(new Float64Array(30), undefined), null);
});
