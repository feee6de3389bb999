import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GateBound } from '../../../engine/evaluation/gates.ts';
import { groupsOf } from '../../../engine/evaluation/groups.ts';
import type { Predictions } from '../../../engine/evaluation/predictions.ts';
import { evaluateRows } from '../../../engine/stages/validation/evaluateRows.ts';
import { judgeGates } from '../../../engine/stages/validation/judgeGates.ts';
import type { Champion } from '../../../engine/stages/validation/validationSubject.ts';

interface Tested {
  truth: number[];
  values: number[];
  task?: Predictions['task'];
  groups?: string[];
  /** The answers of the champion. */
  champion?: number[];
}

/** The outcome of gates on some test rows, as `kind` by gate. */
function judge(tested: Tested, gates: Record<string, GateBound>) {
  const { truth, values, task = 'binary', groups, champion: answers } = tested;
  const answered = (numbers: number[]) => ({ task, values: Float64Array.from(numbers), probabilities: [] });
  const predictions = answered(values);
  const evaluation = evaluateRows({
    test: {
      rows: truth.length,
      truth: Float64Array.from(truth),
      predictions,
      champion: answers ? answered(answers) : null,
      groups: new Map(groups ? [['g', groupsOf(groups)]] : []),
      missing: new Map(),
      sample: { rows: 0, columns: {} },
    },
    options: { threshold: task === 'binary' ? 0.5 : null, minPrecision: 0.9 },
    championThreshold: task === 'binary' ? 0.5 : null,
    attributes: groups ? [{ grouping: 'g', groups: groupsOf(groups) }] : [],
    seed: 1,
    signal: new AbortController().signal,
  });
  const { performance } = evaluation;
  const champion = answers
    ? ({ kind: 'comparable', version: { version: 1 } } as Champion)
    : { kind: 'no_champion' as const, note: 'none' };
  const outcomes = judgeGates({ gates, task, evaluation, performance, champion, thresholds: null });
  return Object.fromEntries(outcomes.map((outcome) => [outcome.gate, outcome]));
}

const kindsOf = (outcomes: ReturnType<typeof judge>) =>
  Object.fromEntries(Object.entries(outcomes).map(([gate, { kind, passed }]) => [gate, `${kind} ${passed}`]));
const rows = (positives: number, negatives: number): Tested => {
  const truth = [...Array<number>(positives).fill(1), ...Array<number>(negatives).fill(0)];
  return { truth, values: truth.map((label) => 0.2 + 0.6 * label) };
};

test('a gate on few rows does not pass, however good they are', () => {
  const gates = { accuracy: { min: 0.5 }, recall: { min: 0.5 }, roc_auc: { min: 0.5 } };
  const few = 'too_few_rows false';
  assert.deepEqual(kindsOf(judge(rows(3, 3), gates)), { accuracy: few, recall: few, roc_auc: few });
  assert.deepEqual(kindsOf(judge(rows(6, 94), gates)), { accuracy: 'passed true', recall: few, roc_auc: few });
  assert.deepEqual(Object.values(kindsOf(judge(rows(10, 10), gates))), Array(3).fill('passed true'));
  assert.match(judge(rows(6, 94), gates)['recall']?.note ?? '', /^6 positive rows are behind it; a value needs 10, or/);
});

test('at a confidence the interval says how little few rows show', () => {
  const at = (min: number) => kindsOf(judge(rows(6, 94), { recall: { min, at_confidence: 0.95 } }));
  assert.deepEqual([at(0.5), at(0.6)], [{ recall: 'passed true' }, { recall: 'undecidable false' }]);
});

test('rows of one class show nothing of a classifier, at no confidence', () => {
  const gates = { accuracy: { min: 0.5, at_confidence: 0.9 }, brier: { max: 0.5 }, recall: { min: 0.5 } };
  const outcomes = judge(rows(0, 60), gates);
  assert.deepEqual(kindsOf(outcomes), {
    accuracy: 'too_few_rows false',
    brier: 'too_few_rows false',
    recall: 'no_value false',
  });
  for (const { note } of Object.values(outcomes)) assert.equal(note, 'the test rows hold only one class');
});

test('one row of a regression is too few, and so is its interval', () => {
  const one = { task: 'regression' as const, truth: [1], values: [1] };
  const gates = { rmse: { max: 1 }, mae: { max: 1, at_confidence: 0.9 } };
  assert.deepEqual(kindsOf(judge(one, gates)), { rmse: 'too_few_rows false', mae: 'too_few_rows false' });
});

test('n counts rows with a true value and a prediction', () => {
  const { truth, values } = rows(20, 20);
  const outcome = judge({ truth: [...truth, NaN, 1], values: [...values, 0.9, NaN] }, { accuracy: { min: 0.5 } });
  assert.equal(outcome['accuracy']?.n, 40);
});

test('a fairness gate needs two groups with enough rows', () => {
  const gates = { 'demographic_parity_difference[g]': { max: 0.3 } };
  const { truth, values } = rows(30, 30);
  const alone = truth.map((_, i) => (i % 30 === 0 ? 'small' : 'large'));
  assert.deepEqual(Object.values(kindsOf(judge({ truth, values, groups: alone }, gates))), ['too_few_rows false']);
  const third = truth.map((_, i) => (i % 30 === 0 ? 'small' : i % 2 === 0 ? 'even' : 'odd'));
  assert.deepEqual(Object.values(kindsOf(judge({ truth, values, groups: third }, gates))), ['passed true']);
});

test('two models that decide alike on few rows are not surely equal', () => {
  const few = rows(10, 30);
  const gates = Object.fromEntries(
    ['accuracy', 'recall', 'balanced_accuracy', 'precision', 'f1', 'roc_auc', 'pr_auc', 'recall_at_precision'].map(
      (name) => [`${name}@champion`, { min: -0.05, at_confidence: 0.95 }],
    ),
  );
  const outcomes = judge({ ...few, champion: few.values }, gates);
  for (const [gate, { kind, value, bound }] of Object.entries(outcomes))
    assert.deepEqual([gate, kind, value, (bound ?? 0) < -0.05], [gate, 'undecidable', 0, true]);
  // The exact upper end of 0 of 40 and of 0 of 10 (scipy: binomtest(0, n).proportion_ci()).
  assert.equal(outcomes['accuracy@champion']?.bound?.toFixed(4), '-0.0881');
  assert.equal(outcomes['recall@champion']?.bound?.toFixed(4), '-0.3085');
  const many = rows(1000, 1000);
  const equal = judge({ ...many, champion: many.values }, gates);
  assert.equal(equal['accuracy@champion']?.kind, 'passed');
});

test('a difference without an interval does not pass a gate at a confidence', () => {
  const truth = Array.from({ length: 40 }, (_, i) => i);
  const exact = { task: 'regression' as const, truth, values: truth, champion: truth };
  const outcomes = judge(exact, { 'mae@champion': { max: 0.1, at_confidence: 0.95 }, 'rmse@champion': { max: 0.1 } });
  assert.deepEqual(kindsOf(outcomes), { 'mae@champion': 'too_few_rows false', 'rmse@champion': 'passed true' });
});
