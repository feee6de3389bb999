import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fairnessMeasures, ratesByGroup } from '../../engine/statistics/fairness.ts';

test('rates by group and their largest differences', () => {
  const rates = ratesByGroup([1, 1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 1], ['a', 'a', 'a', 'a', 'b', 'b']);
  assert.deepEqual(
    rates.map(({ group, n, selectionRate, tpr, fpr }) => [group, n, selectionRate, tpr, fpr]),
    [
      ['a', 4, 0.25, 0.5, 0],
      ['b', 2, 1, 1, 1],
    ],
  );
  assert.deepEqual(fairnessMeasures(rates), {
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
  assert.equal(fairnessMeasures(rates)?.equal_opportunity_difference, 1);
});

test('nobody selected is parity; no group has no value; missing is left out', () => {
  assert.equal(fairnessMeasures(ratesByGroup([1, 0], [0, 0], ['a', 'b']))?.demographic_parity_ratio, 1);
  assert.equal(fairnessMeasures([]), null);
  assert.equal(ratesByGroup([Number.NaN, 1], [1, 1], ['a', null]).length, 0);
});
