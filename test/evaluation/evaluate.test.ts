import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusionAt } from '../../engine/evaluation/confusion.ts';
import { evaluator, type Metrics } from '../../engine/evaluation/evaluate.ts';
import type { Task } from '../../engine/evaluation/predictions.ts';

const evaluate = (
  task: Task,
  truth: number[],
  values: number[],
  { threshold = 0.5, probabilities = [] }: { threshold?: number | null; probabilities?: number[][] } = {},
) =>
  evaluator(
    Float64Array.from(truth),
    {
      task,
      values: Float64Array.from(values),
      probabilities: probabilities.map((column) => Float64Array.from(column)),
    },
    { threshold, minPrecision: 0.9 },
  );
const pick = (metrics: Metrics, ...names: string[]) => names.map((name) => metrics[name]);

test('a score at the threshold is positive; rows with NaN are left out', () => {
  assert.deepEqual(confusionAt([1, 1, 0, 0, Number.NaN], [0.5, 0.4, 0.5, 0.1, 0.9], 0.5), {
    tp: 1,
    fp: 1,
    fn: 1,
    tn: 1,
  });
});

test('a share with denominator 0 has no value', () => {
  assert.deepEqual(
    pick(evaluate('binary', [0, 0], [0, 0.1])(), 'accuracy', 'balanced_accuracy', 'precision', 'recall', 'f1'),
    [1, null, null, null, null],
  );
  assert.deepEqual(pick(evaluate('binary', [], [])(), 'log_loss', 'brier', 'ece', 'pr_auc'), [null, null, null, null]);
  assert.equal(evaluate('binary', [Number.NaN], [0.5])()['brier'], null);
});

test('without a threshold the metrics of decisions are left out', () => {
  assert.deepEqual(Object.keys(evaluate('binary', [0, 1], [0.1, 0.9], { threshold: null })()), [
    'pr_auc',
    'roc_auc',
    'recall_at_precision',
    'lift',
    'log_loss',
    'brier',
    'ece',
  ]);
});

test('a prediction that is certain and wrong has a finite loss', () => {
  assert.ok(Math.abs((evaluate('binary', [1], [0])()['log_loss'] ?? 0) - 36.04365338911715) < 1e-9);
});

test('a missing class is left out; a class that does not occur does not count', () => {
  const probabilities = [
    [0.8, 0.3, 0.5],
    [0.2, 0.7, 0.5],
    [0, 0, 0],
  ];
  const metrics = evaluate('multiclass', [0, 1, Number.NaN], [0, 1, 0], { probabilities })();
  assert.deepEqual(pick(metrics, 'accuracy', 'macro_f1', 'balanced_accuracy'), [1, 1, 1]);
  assert.equal(evaluate('multiclass', [], [], { probabilities: [[], []] })()['accuracy'], null);
});

test('errors are in the unit of the target', () => {
  assert.deepEqual(evaluate('regression', [1, 2, 3], [1, 2, 6])(), {
    rmse: Math.sqrt(3),
    mae: 1,
    median_absolute_error: 0,
    r2: 1 - 9 / 2,
    mape: 1 / 3,
    smape: 2 / 9,
  });
});

test('rows with NaN are left out; no row has no value, and a constant target no R²', () => {
  const names = ['rmse', 'mae', 'median_absolute_error', 'r2', 'mape', 'smape'];
  assert.deepEqual(pick(evaluate('regression', [1, Number.NaN], [2, 5])(), ...names), [1, 1, 1, null, 1, 2 / 3]);
  assert.deepEqual(pick(evaluate('regression', [], [])(), ...names), [null, null, null, null, null, null]);
});

test('a weight counts a row so many times, and leaves out what is not resampled', () => {
  const twice = evaluate('binary', [1, 1, 0, 1, 0], [0.9, 0.9, 0.8, 0.3, 0.1])();
  const { ece, ...repeated } = twice;
  assert.deepEqual(evaluate('binary', [1, 0, 1, 0], [0.9, 0.8, 0.3, 0.1])([2, 1, 1, 1]), repeated);
  assert.equal(typeof ece, 'number');
});
