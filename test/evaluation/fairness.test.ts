import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fairnessMeasures } from '../../engine/evaluation/fairness/fairnessMeasures.ts';
import { groupRates, type GroupRates } from '../../engine/evaluation/fairness/groupRates.ts';
import { groupsOf } from '../../engine/evaluation/groups.ts';

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
