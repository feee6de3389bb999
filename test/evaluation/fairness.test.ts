import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fairnessResults, fairnessRows, fairnessValues } from '../../engine/evaluation/fairness/fairness.ts';
import { fairnessMeasures } from '../../engine/evaluation/fairness/fairnessMeasures.ts';
import { groupRates, type GroupRates } from '../../engine/evaluation/fairness/groupRates.ts';
import { groupsOf } from '../../engine/evaluation/groups.ts';
import { resample } from '../../engine/evaluation/intervals.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const ratesByGroup = (labels: number[], decisions: number[], groups: (string | null)[]) =>
  groupRates(labels, decisions, groupsOf(groups));
const valuesOf = (rates: readonly GroupRates[]) =>
  Object.fromEntries(fairnessMeasures.map(({ name, compute }) => [name, compute(rates)]));

test('the measures compare the rates of the groups', () => {
  const rates = ratesByGroup([1, 1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 1], ['a', 'a', 'a', 'a', 'b', 'b']);
  assert.deepEqual(
    rates.map(({ group, n, selectionRate, tpr, fpr }) => [group, n, selectionRate, tpr, fpr]),
    [
      ['a', 4, 0.25, 0.5, 0],
      ['b', 2, 1, 1, 1],
    ],
  );
  assert.deepEqual(valuesOf(rates), {
    demographic_parity_difference: 0.75,
    demographic_parity_ratio: 0.25,
    equalized_odds_difference: 1,
    equal_opportunity_difference: 0.5,
  });
});

test('a group without positives has true positive rate 0, as in fairlearn', () => {
  const rates = ratesByGroup([1, 0], [1, 0], ['a', 'b']);
  assert.deepEqual(
    rates.map(({ positives, tpr }) => [positives, tpr]),
    [
      [1, 1],
      [0, 0],
    ],
  );
  assert.equal(valuesOf(rates)['equal_opportunity_difference'], 1);
});

test('no selection at all is parity; missing labels and groups are left out', () => {
  assert.equal(valuesOf(ratesByGroup([1, 0], [0, 0], ['a', 'b']))['demographic_parity_ratio'], 1);
  assert.equal(ratesByGroup([Number.NaN, 1], [1, 1], ['a', null]).length, 0);
});

test('the 95 % interval contains the true difference in about 95 % of samples', () => {
  const random = seededRandom(17);
  const samples = 150;
  let contained = 0;
  for (let s = 0; s < samples; s++) {
    // Selection rates of 0.6 and 0.3: the true difference is 0.3.
    const groups = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 'a' : 'b'));
    const values = Float64Array.from(groups, (group) => Number(random.next() < (group === 'a' ? 0.6 : 0.3)));
    const rows = fairnessRows(
      'g',
      groupsOf(groups),
      values.map(() => random.integer(2)),
      { values, threshold: 0.5 },
    );
    const resampled = resample({ n: 400, seed: s }, (weights) => fairnessValues(rows, weights));
    const [{ low, high } = {}] = fairnessResults(rows, resampled, 0.95);
    if ((low ?? 1) <= 0.3 && 0.3 <= (high ?? 0)) contained++;
  }
  assert.ok(contained / samples > 0.89 && contained / samples < 0.99, `${contained} of ${samples}`);
});

test('a group that a resample did not draw does not count there', () => {
  const values = Float64Array.of(1, 0, 0);
  const rows = fairnessRows('g', groupsOf(['a', 'b', 'b']), Float64Array.of(1, 1, 0), { values, threshold: 0.5 });
  assert.equal(fairnessValues(rows)['demographic_parity_difference[g]'], 1);
  assert.equal(fairnessValues(rows, [0, 2, 1])['demographic_parity_difference[g]'], 0);
  assert.deepEqual(fairnessValues(rows, [0, 0, 0]), {});
});
