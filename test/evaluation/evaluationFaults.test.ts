import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareBoth, prepareMetrics, type EvaluationOptions } from '../../engine/evaluation/evaluate.ts';
import { resample } from '../../engine/evaluation/intervals.ts';
import type { Predictions, Task } from '../../engine/evaluation/predictions.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

/**
 * Rows that nobody hopes for. Variations: no rows, NaN in all or some truths, scores, probabilities and weights of 0; one
 * class; scores beyond [0, 1], infinite and equal; 200 classes, most without a row; more rows than resamples draw.
 */
const options: EvaluationOptions = {
  threshold: 0.5,
  minPrecision: 0.6,
  parameters: {
    beta: 2,
    atK: 3,
    topK: 5,
    quantile: 0.9,
    costs: [
      [0, 1],
      [5, 0],
    ],
  },
};
const random = seededRandom(9);

function measured(truth: Float64Array, predictions: Predictions, over: Partial<EvaluationOptions> = {}) {
  const prepared = prepareMetrics(truth, predictions, { ...options, ...over });
  const resampled = resample({ ...prepared.draws, seed: 1, resamples: 60 }, prepared.statistics);
  const values = prepared.values();
  for (const [name, value] of Object.entries(values)) {
    assert.ok(value === null || Number.isFinite(value), `${name} ${value}`);
    const interval = prepared.intervalOf(name, resampled, 0.95);
    if (interval) assert.ok(interval.low <= interval.high, `${name} ${interval.low} ${interval.high}`);
    if (value === null) assert.match(prepared.undefinedWhen(name), /\w/, name);
  }
  return { prepared, values };
}
const given = (task: Task, values: number[], probabilities: number[][] = []): Predictions => ({
  task,
  values: Float64Array.from(values),
  probabilities: probabilities.map((column) => Float64Array.from(column)),
});

test('NaN everywhere and no rows give no value, with a reason', () => {
  for (const task of ['binary', 'regression', 'multiclass'] as const)
    for (const n of [0, 5]) {
      const none = new Float64Array(n).fill(Number.NaN);
      const columns = task === 'multiclass' ? [[...none], [...none], [...none]] : [];
      const { prepared, values } = measured(none, given(task, [...none], columns));
      assert.equal(prepared.n, 0);
      for (const [name, value] of Object.entries(values)) assert.equal(value, null, `${task} ${name}`);
    }
});

test('some NaN leave out their rows, in any column', () => {
  const truth = Float64Array.from([1, 0, Number.NaN, 1, 0]);
  assert.equal(measured(truth, given('binary', [0.9, Number.NaN, 0.5, 0.4, 0.1])).prepared.n, 3);
  const columns = [
    [0.2, 0.7, 0.1, Number.NaN, 0.5],
    [0.8, 0.3, 0.9, 0.6, 0.5],
    [0, 0, 0, 0, 0],
  ];
  assert.equal(measured(truth, given('multiclass', [1, 0, 1, 1, 0], columns)).prepared.n, 3);
  const weighted = { ...given('binary', [0.9, 0.2, 0.5, 0.4, 0.1]), weights: Float64Array.from([1, 0, 1, 1, 2]) };
  const { prepared } = measured(truth, weighted);
  assert.equal(prepared.n, 3);
  assert.ok(Math.abs((prepared.effective ?? 0) - 16 / 6) < 1e-12);
});

test('one class has no metric of two, and the others stay', () => {
  const { values } = measured(new Float64Array(4), given('binary', [0.1, 0.2, 0.3, 0.9]));
  for (const name of ['roc_auc', 'pr_auc', 'recall', 'balanced_accuracy', 'mcc', 'lift'])
    assert.equal(values[name], null, name);
  assert.equal(values['specificity'], 0.75);
  assert.equal(values['accuracy'], 0.75);
});

test('scores beyond [0, 1] are no probabilities and still rank', () => {
  const truth = Float64Array.from([1, 0, 1, 0]);
  const { values } = measured(truth, given('binary', [Number.POSITIVE_INFINITY, -3, 40, Number.NEGATIVE_INFINITY]), {
    areProbabilities: false,
  });
  assert.equal(values['roc_auc'], 1);
  for (const name of ['log_loss', 'brier', 'ece']) assert.equal(values[name], undefined, name);
});

test('200 classes, most without a row, have every mean over those that occur', () => {
  const truth = Float64Array.from({ length: 300 }, () => random.integer(5) * 40);
  const decided = Array.from(truth, (label) => (random.next() < 0.8 ? label : random.integer(200)));
  const columns = Array.from({ length: 200 }, (_, c) => decided.map((label) => (label === c ? 0.5 : 0.5 / 199)));
  const { values } = measured(truth, given('multiclass', decided, columns), { parameters: {} });
  assert.ok((values['macro_recall'] ?? 1) < (values['weighted_recall'] ?? 0));
  assert.equal(values['roc_auc_ovr'], null);
});

test('cells of very many rows give the intervals of formulas, weighted or not, of one model and of two', () => {
  const n = 210_000;
  const scores = Float64Array.from({ length: n }, () => random.next() ** 3);
  const truth = scores.map((score) => Number(random.next() < score));
  const weights = scores.map(() => random.integer(3));
  for (const given of [{}, { weights }]) {
    const predictions: Predictions = { task: 'binary', values: scores, probabilities: [], ...given };
    const prepared = prepareMetrics(truth, predictions, options);
    assert.ok(prepared.draws.n < 20_000);
    const resampled = resample({ ...prepared.draws, seed: 1, resamples: 80 }, prepared.statistics);
    const [value, interval] = [prepared.values()['brier'] ?? 0, prepared.intervalOf('brier', resampled, 0.95)];
    const weightOf = (i: number) => ('weights' in given ? (weights[i] ?? 0) : 1);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      sum += weightOf(i);
      squares += (weightOf(i) * (((truth[i] ?? 0) - (scores[i] ?? 0)) ** 2 - value)) ** 2;
    }
    const half = (1.96 * Math.sqrt(squares)) / sum;
    const width = (interval?.high ?? 0) - (interval?.low ?? 0);
    assert.ok(width > 1.6 * half && width < 2.8 * half, `${width} ${half}`);
    assert.ok((interval?.low ?? 1) < value && value < (interval?.high ?? 0));
  }
  const own: Predictions = { task: 'binary', values: scores, probabilities: [] };
  const rival = { ...own, values: scores.map((score) => score ** 2) };
  const [first, second] = prepareBoth(truth, { predictions: own, options }, { predictions: rival, options });
  assert.equal(first.draws.n, second.draws.n);
  assert.equal(first.values()['roc_auc'], second.values()['roc_auc']);
});
