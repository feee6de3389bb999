import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareGroups } from '../../engine/evaluation/fairness/compareGroups.ts';
import {
  fairnessGroups,
  fairnessResults,
  fairnessRows,
  measureFairness,
} from '../../engine/evaluation/fairness/fairness.ts';
import { fairnessInput } from '../../engine/evaluation/fairness/fairnessInput.ts';
import { fairnessMeasure, fairnessMeasures } from '../../engine/evaluation/fairness/fairnessMeasures.ts';
import { groupTable } from '../../engine/evaluation/fairness/groupTable.ts';
import { representation } from '../../engine/evaluation/fairness/representation.ts';
import { crossGroups, groupsOf, type Groups } from '../../engine/evaluation/groups.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const options = { threshold: 0.5, minPrecision: 0.9, areProbabilities: false };
const inputOf = (labels: readonly number[], decisions: readonly number[]) =>
  fairnessInput(
    Float64Array.from(labels),
    { task: 'binary', values: Float64Array.from(decisions), probabilities: [] },
    options,
  );
const rowsOf = (groups: readonly (string | null)[] | Groups, selected: readonly number[], labels: readonly number[]) =>
  fairnessRows('g', 'names' in groups ? groups : groupsOf(groups), inputOf(labels, selected));
const repeat = (n: number, group: string) => Array.from({ length: n }, () => group);
const valueOf = (rows: ReturnType<typeof rowsOf>, name: string) => {
  const measure = fairnessMeasure(name);
  assert.ok(measure, name);
  return compareGroups(measure, rows.table).worst.value;
};
const close = (a: number | null | undefined, b: number) => Math.abs((a ?? Number.NaN) - b) < 1e-12;

test('the measures compare the rates of the groups', () => {
  const rows = rowsOf(['a', 'a', 'a', 'a', 'b', 'b'], [1, 0, 0, 0, 1, 1], [1, 1, 0, 0, 1, 0]);
  const expected: Record<string, number> = {
    demographic_parity_difference: 0.75,
    demographic_parity_ratio: 0.25,
    equalized_odds_difference: 1,
    equalized_odds_ratio: 0,
    equal_opportunity_difference: 0.5,
    predictive_parity_difference: 0.5,
    false_discovery_rate_difference: 0.5,
    false_omission_rate_difference: 1 / 3,
    false_negative_rate_difference: 0.5,
    accuracy_difference: 0.25,
    base_rate_difference: 0,
    demographic_parity_difference_to_overall: 0.5,
    demographic_parity_ratio_to_overall: 0.5,
  };
  for (const [name, value] of Object.entries(expected)) assert.ok(close(valueOf(rows, name), value), name);
});

test('a group without positives has true positive rate 0, as in fairlearn', () => {
  const rows = rowsOf(['a', 'b'], [1, 0], [1, 0]);
  assert.deepEqual(
    [0, 1].map((group) => rows.table.rate('tpr', group).value),
    [1, 0],
  );
  assert.equal(valueOf(rows, 'equal_opportunity_difference'), 1);
});

test('no selection at all is parity; missing labels and groups are left out', () => {
  assert.equal(valueOf(rowsOf(['a', 'b'], [0, 0], [1, 0]), 'demographic_parity_ratio'), 1);
  assert.equal(valueOf(rowsOf(['a', 'b'], [0, 0], [1, 0]), 'demographic_parity_ratio_to_overall'), 1);
  assert.deepEqual(rowsOf(['a', null], [1, 1], [Number.NaN, 1]).table.groups, []);
  assert.deepEqual(fairnessResults(rowsOf(['a', null], [1, 1], [Number.NaN, 1]), 0.95), []);
});

test('the interval of two groups reaches 0 where they may be equal, and not where they differ', () => {
  const groups = [...repeat(100, 'a'), ...repeat(100, 'b')];
  const labels = groups.map((_, i) => i % 2);
  const of = (inA: number, inB: number) => {
    const selected = groups.map((group, i) => Number(i % 100 < (group === 'a' ? inA : inB)));
    return fairnessResults(rowsOf(groups, selected, labels), 0.95);
  };
  const named = (results: ReturnType<typeof of>, name: string) => results.find(({ measure }) => measure === name);
  const [equal, apart] = [of(32, 28), of(60, 30)];
  for (const suffix of ['', '_to_overall']) {
    const [same, sameRatio] = ['difference', 'ratio'].map((kind) =>
      named(equal, `demographic_parity_${kind}${suffix}`),
    );
    assert.ok(same?.low === 0 && (same.high ?? 0) > same.value);
    assert.ok(sameRatio?.high === 1 && (sameRatio.low ?? 1) < sameRatio.value);
    const [other, otherRatio] = ['difference', 'ratio'].map((kind) =>
      named(apart, `demographic_parity_${kind}${suffix}`),
    );
    assert.ok((other?.low ?? 0) > 0.05 && (otherRatio?.high ?? 1) < 0.9);
  }
  for (const { measure, value, low, high } of [...equal, ...apart])
    assert.ok(low !== null && high !== null && low <= value + 1e-12 && value <= high + 1e-12, measure);
});

test('equalised odds show both halves, each with its interval', () => {
  const groups = [...repeat(100, 'a'), ...repeat(100, 'b')];
  const labels = groups.map((_, i) => i % 2);
  const selected = groups.map((group, i) => Number(i % 2 === 1 ? i % 3 > 0 : group === 'a' && i % 5 === 0));
  const odds = fairnessResults(rowsOf(groups, selected, labels), 0.95).find(
    ({ measure }) => measure === 'equalized_odds_difference',
  );
  assert.deepEqual(
    odds?.parts?.map(({ rate }) => rate),
    ['tpr', 'fpr'],
  );
  assert.equal(odds.value, Math.max(...(odds.parts ?? []).map(({ value }) => value)));
  assert.deepEqual(odds.between, { rate: 'fpr', ofClass: null, from: 'b', to: 'a' });
  for (const { low, high, value } of odds.parts ?? [])
    assert.ok(low !== null && high !== null && low <= value && value <= high);
});

test('a group with fewer than 10 rows behind a rate is shown as too few and not compared', () => {
  const groups = [...repeat(40, 'a'), ...repeat(40, 'b'), ...repeat(2, 'c')];
  const selected = groups.map((group, i) => (group === 'c' ? 1 : i % 2));
  const labels = groups.map((_, i) => Number(i % 4 < 2));
  const rows = rowsOf(groups, selected, labels);
  const [selection] = fairnessResults(rows, 0.95);
  assert.deepEqual([selection?.value, selection?.compared], [0, 2]);
  assert.deepEqual(selection?.rates[0]?.groups.at(-1), { group: 'c', n: 2, value: 1, tooFew: true });
  assert.ok(selection.warnings.includes('c has too few rows to compare: 2'), selection.warnings.join());
  const shown = fairnessGroups(rows, 0.95);
  assert.deepEqual([shown.number, shown.tooFew, shown.groups.at(-1)?.rates.selectionRate], [3, 1, null]);
});

test('with fewer than two groups of 10 rows all are compared, and no gate takes that for a verdict', () => {
  const rows = rowsOf([...repeat(30, 'a'), 'b', 'b'], Array(32).fill(1), Array(32).fill(1));
  const [selection] = fairnessResults(rows, 0.95);
  assert.equal(selection?.compared, 1);
  assert.ok((selection.high ?? 0) > 0.5, 'two rows show nothing');
  const measured = measureFairness([rows], 'demographic_parity_difference[g]', { confidence: 0.95, isAsked: false });
  assert.equal(measured?.kind, 'too_few_rows');
  const [alone] = fairnessResults(rowsOf(repeat(30, 'a'), Array(30).fill(1), Array(30).fill(1)), 0.95);
  assert.deepEqual([alone?.value, alone?.low, alone?.compared], [0, null, 1]);
});

test('an intersection of two attributes is measured by either order of its columns', () => {
  const n = 400;
  const [sex, race] = [0, 1].map((shift) => groupsOf(Array.from({ length: n }, (_, i) => `v${(i >> shift) % 2}`)));
  assert.ok(sex && race);
  const selected = Array.from({ length: n }, (_, i) => Number(i % 4 === 3 || i % 8 === 1));
  const crossed = fairnessRows(
    'sex, race',
    crossGroups(sex, race),
    inputOf(
      selected.map((_, i) => (i % 3 > 0 ? 1 : 0)),
      selected,
    ),
  );
  const asked = { confidence: 0.95, isAsked: false };
  for (const order of ['sex, race', 'race, sex']) {
    const found = measureFairness([crossed], `demographic_parity_difference[${order}]`, asked);
    assert.ok(found?.kind === 'value' && found.value === 1, order);
    assert.match(found.note ?? '', /between v0, v0 and v1, v1/);
  }
  assert.equal(measureFairness([crossed], 'demographic_parity_difference[age]', asked)?.kind, 'no_value');
  assert.equal(measureFairness([crossed], 'recall[sex, race]', asked), null);
});

test('of several classes each is compared against the rest, and the worst counts', () => {
  const n = 300;
  const truth = Float64Array.from({ length: n }, (_, i) => i % 3);
  // Group b never gets class 2.
  const groups = groupsOf(Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 'a' : 'b')));
  const values = truth.map((label, i) => (i % 2 === 1 && label === 2 ? 1 : label));
  const probabilities = [0, 1, 2].map((c) => values.map((value) => (value === c ? 0.8 : 0.1)));
  const input = fairnessInput(
    truth,
    { task: 'multiclass', values, probabilities },
    { ...options, areProbabilities: true },
  );
  const results = fairnessResults(fairnessRows('g', groups, input), 0.95);
  const opportunity = results.find(({ measure }) => measure === 'equal_opportunity_difference');
  assert.deepEqual([opportunity?.value, opportunity?.between?.ofClass, opportunity?.between?.from], [1, 2, 'b']);
  const selection = results.find(({ measure }) => measure === 'demographic_parity_difference');
  assert.ok(close(selection?.value, 1 / 3));
  assert.ok(results.some(({ measure }) => measure === 'log_loss_difference'));
  assert.ok(!results.some(({ measure }) => measure.startsWith('calibration') || measure.startsWith('mae')));
});

test('a regression is compared by mean prediction and errors of its groups', () => {
  const n = 200;
  const truth = Float64Array.from({ length: n }, (_, i) => i % 10);
  const values = truth.map((y, i) => y + (i % 2 === 0 ? 0 : i % 4 === 1 ? 3 : -1));
  const groups = groupsOf(Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 'a' : 'b')));
  const input = fairnessInput(truth, { task: 'regression', values, probabilities: [] }, options);
  const results = fairnessResults(fairnessRows('g', groups, input), 0.95);
  const of = (name: string) => results.find(({ measure }) => measure === name)?.value;
  assert.ok(close(of('mae_difference'), 2) && close(of('mean_error_difference'), 1) && close(of('mse_difference'), 5));
  assert.ok(close(of('mae_ratio'), 0) && of('demographic_parity_difference') === undefined);
  assert.ok(close(of('mean_error_difference_to_overall'), 0.5));
});

test('scores without a threshold give only what needs no decision', () => {
  const values = Float64Array.from({ length: 60 }, (_, i) => (i % 10) / 10);
  const input = fairnessInput(
    values.map((_, i) => Number(i % 3 === 0)),
    { task: 'binary', values, probabilities: [] },
    { threshold: null, minPrecision: 0.9 },
  );
  const found = fairnessResults(fairnessRows('g', groupsOf(Array.from(values, (value) => String(value))), input), 0.95);
  assert.deepEqual(
    [...new Set(found.map(({ measure }) => measure.replace(/_(difference|ratio).*/, '')))],
    ['base_rate', 'calibration', 'log_loss'],
  );
});

test('ten thousand groups, groups of one and missing groups: fast enough to finish, flagged, no verdict of small ones', () => {
  const random = seededRandom(8);
  const n = 60_000;
  const codes = Int32Array.from({ length: n }, (_, i) =>
    i < 40_000 ? random.integer(1000) : i < 58_000 ? 1000 + (i % 9000) : -1,
  );
  const names = Array.from({ length: 10_000 }, (_, g) => `g${g}`);
  const labels = Array.from({ length: n }, () => random.integer(2));
  const selected = labels.map((label) => (random.next() < 0.2 ? 1 - label : label));
  const rows = rowsOf({ names, codes }, selected, labels);
  const results = fairnessResults(rows, 0.95);
  const shown = fairnessGroups(rows, 0.95);
  assert.equal(shown.number, 10_000);
  assert.equal(shown.tooFew, 9000);
  assert.ok(shown.groups.length <= 40 && shown.overall.n === 58_000);
  for (const { measure, value, low, high, warnings } of results) {
    assert.ok(
      low !== null && high !== null && low <= value + 1e-12 && value <= high + 1e-12,
      `${measure} ${low} ${value} ${high}`,
    );
    assert.ok(warnings.length <= 9);
  }
  assert.ok(results[0]?.warnings.at(-1)?.startsWith('and '));
  const ones = rowsOf(
    Array.from({ length: 50 }, (_, i) => `r${i}`),
    labels.slice(0, 50),
    labels.slice(0, 50),
  );
  assert.equal(fairnessResults(ones, 0.95)[0]?.compared, 0);
});

test('of many groups the interval is that of all their pairs', () => {
  const random = seededRandom(9);
  const of = (groups: number) => {
    const n = groups * 40;
    const names = Array.from({ length: n }, (_, i) => `g${i % groups}`);
    const shares = Array.from({ length: groups }, () => random.next());
    return rowsOf(
      names,
      Array.from({ length: n }, (_, i) => Number(random.next() < (shares[i % groups] ?? 0))),
      Array.from({ length: n }, () => random.integer(2)),
    );
  };
  for (const name of ['demographic_parity_difference', 'equalized_odds_difference', 'demographic_parity_ratio']) {
    const { table, input, groups } = of(80);
    const measured = measureFairness([{ attribute: 'g', table, input, groups }], `${name}[g]`, {
      confidence: 0.95,
      isAsked: true,
    });
    assert.ok(measured?.kind === 'value' && measured.interval);
    // The pairs of all 80 groups, one by one.
    let [low, high] = name.endsWith('ratio') ? [Infinity, Infinity] : [-Infinity, -Infinity];
    const measure = fairnessMeasure(name);
    const corrected = 1 - 0.05 / (((measure?.rates.length ?? 1) * 80 * 79) / 2);
    for (let a = 0; a < 80; a++)
      for (let b = a + 1; b < 80; b++) {
        const pair = {
          ...table,
          groups: [table.groups[a], table.groups[b]] as typeof table.groups,
          rate: (rate: never, group: number) => table.rate(rate, [a, b][group] ?? -1),
        };
        const single = (confidence: number) =>
          measureFairness([{ attribute: 'g', table: pair, input, groups }], `${name}[g]`, {
            confidence,
            isAsked: true,
          });
        // Two rates of one pair are corrected for already.
        const rates = measure?.rates.length ?? 1;
        const [wide, sure] = [single(0.95), single(1 - (1 - corrected) * rates)];
        if (wide?.kind !== 'value' || sure?.kind !== 'value' || !wide.interval || !sure.interval) continue;
        if (name.endsWith('ratio'))
          [low, high] = [Math.min(low, wide.interval.low), Math.min(high, sure.interval.high)];
        else [low, high] = [Math.max(low, sure.interval.low), Math.max(high, wide.interval.high)];
      }
    assert.ok(
      Math.abs(measured.interval.low - low) < 1e-9 && Math.abs(measured.interval.high - high) < 1e-9,
      `${name} ${low} ${high} ${JSON.stringify(measured.interval)}`,
    );
  }
});

test('the names of measures are those of fairlearn, and each has its range', () => {
  const names = fairnessMeasures.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, range, compares } of fairnessMeasures)
    assert.ok(compares === 'difference' || range[1] === 1, name);
});

test('groups are compared with the declared people, in shares or numbers', () => {
  const groups = groupsOf([...repeat(70, 'F'), ...repeat(30, 'M'), null]);
  for (const declared of [
    { F: 0.5, M: 0.5 },
    { F: 2000, M: 2000 },
  ]) {
    const found = representation('sex', groups, declared);
    assert.deepEqual([found?.n, found?.groups[0]?.share, found?.groups[0]?.declared], [100, 0.7, 0.5]);
    // scipy.stats.chisquare([70, 30], [50, 50])
    assert.ok(close(found?.test?.statistic, 16) && Math.abs((found?.test?.pValue ?? 0) - 6.334248366623996e-5) < 1e-15);
    assert.ok((found?.groups[0]?.low ?? 0) > 0.1 && (found?.groups[0]?.high ?? 0) < 0.3);
  }
  const absent = representation('sex', groups, { F: 0.4, X: 0.1, M: 0.5 });
  assert.deepEqual([absent?.absent, absent?.groups.at(-1)?.n], [['X'], 0]);
  const undeclared = representation('sex', groups, { F: 1 });
  assert.deepEqual([undeclared?.test, undeclared?.groups[1]?.declared], [null, null]);
  assert.equal(representation('sex', groupsOf([null]), { F: 1 }), null);
  const none = representation('sex', groups, { F: 0, M: 0 });
  assert.equal(none?.test, null);
  const impossible = representation('sex', groups, { F: 1, M: 0 });
  assert.equal(impossible?.test?.pValue, 0);
  assert.ok(Number.isFinite(impossible.test.statistic));
});

test('rows without a group count nowhere', () => {
  const table = groupTable(inputOf([1, 0, 1, 0], [1, 1, 0, 0]), groupsOf(['a', 'a', null, 'b']));
  assert.deepEqual([table.rate('selectionRate', -1).behind, table.groups.map(({ n }) => n)], [3, [2, 1]]);
});
