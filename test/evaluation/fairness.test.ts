import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fairnessResults, fairnessRows } from '../../engine/evaluation/fairness/fairness.ts';
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

const rowsOf = (groups: readonly string[], selected: readonly number[], labels: readonly number[]) =>
  fairnessRows('g', groupsOf(groups), Float64Array.from(labels), {
    values: Float64Array.from(selected),
    threshold: 0.5,
  });
const repeat = (n: number, group: string) => Array.from({ length: n }, () => group);

test('the interval of two groups reaches 0 where they may be equal, and not where they differ', () => {
  const groups = [...repeat(100, 'a'), ...repeat(100, 'b')];
  const labels = groups.map((_, i) => i % 2);
  const of = (inA: number, inB: number) => {
    const selected = groups.map((group, i) => Number(i % 100 < (group === 'a' ? inA : inB)));
    const [difference, ratio] = fairnessResults(rowsOf(groups, selected, labels), 0.95);
    return { difference, ratio };
  };
  const equal = of(32, 28);
  assert.ok(equal.difference?.low === 0 && (equal.difference.high ?? 0) > equal.difference.value);
  assert.ok(equal.ratio?.high === 1 && (equal.ratio.low ?? 1) < equal.ratio.value);
  const apart = of(60, 30);
  assert.ok((apart.difference?.low ?? 0) > 0.1 && (apart.ratio?.high ?? 1) < 0.8);
  for (const { value, low, high } of [equal, apart]
    .flatMap(({ difference, ratio }) => [difference, ratio])
    .flatMap((row) => row ?? []))
    assert.ok(low !== null && high !== null && low <= value && value <= high);
});

test('a group with fewer than 10 rows behind a rate is shown as too few and not compared', () => {
  const groups = [...repeat(40, 'a'), ...repeat(40, 'b'), ...repeat(2, 'c')];
  const selected = groups.map((group, i) => (group === 'c' ? 1 : i % 2));
  const labels = groups.map((_, i) => Number(i % 4 < 2));
  const [selection] = fairnessResults(rowsOf(groups, selected, labels), 0.95);
  assert.deepEqual([selection?.value, selection?.compared], [0, 2]);
  assert.deepEqual(selection?.rates[0]?.groups.at(-1), { group: 'c', n: 2, value: 1, tooFew: true });
  assert.ok(selection.warnings.includes('c has too few rows to compare: 2'), selection.warnings.join());
});

test('with fewer than two groups of 10 rows all are compared, and the result says so', () => {
  const [selection] = fairnessResults(
    rowsOf([...repeat(30, 'a'), 'b', 'b'], Array(32).fill(1), Array(32).fill(1)),
    0.95,
  );
  assert.equal(selection?.compared, 1);
  assert.ok((selection.high ?? 0) > 0.5, 'two rows show nothing');
  const [alone] = fairnessResults(rowsOf(repeat(30, 'a'), Array(30).fill(1), Array(30).fill(1)), 0.95);
  assert.deepEqual([alone?.value, alone?.low, alone?.compared], [0, null, 1]);
});
