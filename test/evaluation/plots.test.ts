import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotsOf } from '../../engine/evaluation/plots.ts';
import type { Task } from '../../engine/evaluation/predictions.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const options = { threshold: 0.5, areProbabilities: true };
function plotted(task: Task, truth: number[], values: number[], weights?: number[]) {
  const predictions = {
    task,
    values: Float64Array.from(values),
    probabilities: [],
    ...(weights && { weights: Float64Array.from(weights) }),
  };
  return plotsOf(Float64Array.from(truth), predictions, options);
}

test('the curves go through the counts at each threshold, ties at once', () => {
  const found = plotted('binary', [1, 1, 0, 1, 0, Number.NaN], [0.9, 0.8, 0.8, 0.3, 0.1, 0.7]);
  assert.deepEqual(found?.roc, [
    { x: 0, y: 0 },
    { x: 0, y: 1 / 3 },
    { x: 1 / 2, y: 2 / 3 },
    { x: 1 / 2, y: 1 },
    { x: 1, y: 1 },
  ]);
  assert.deepEqual(found.pr?.at(1), { x: 2 / 3, y: 2 / 3 });
  assert.deepEqual(found.gain?.at(-1), { x: 1, y: 1 });
  assert.deepEqual(found.thresholds?.[1], { threshold: 0.8, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
  assert.equal(found.chosen, 0.5);
});

test('many rows give few points, whose ends are exact, and weights count as repeated rows', () => {
  const random = seededRandom(3);
  const values = Array.from({ length: 40_000 }, () => random.next());
  const truth = values.map((value) => Number(random.next() < value ** 4));
  const found = plotted('binary', truth, values);
  assert.ok((found?.roc?.length ?? 0) > 100 && (found?.roc?.length ?? 0) < 400);
  assert.deepEqual(found?.roc?.at(-1), { x: 1, y: 1 });
  const few = [0, 1, 2, 3, 4, 5];
  const weighted = plotted('binary', [1, 0, 1, 0, 1, 0], few, [2, 1, 1, 3, 0, 1]);
  const repeated = plotted('binary', [1, 1, 0, 1, 0, 0, 0, 0], [0, 0, 1, 2, 3, 3, 3, 5]);
  assert.deepEqual(weighted, repeated);
});

test('one class, no rows and no numbers have no curves', () => {
  assert.equal(plotted('binary', [1, 1], [0.2, 0.8]), null);
  assert.equal(plotted('binary', [], []), null);
  assert.equal(plotted('regression', [Number.NaN], [1]), null);
  assert.equal(plotted('multiclass', [1, 0], [1, 1]), null);
});

test('residuals are quantiles of the errors in bins of equal count', () => {
  const values = Array.from({ length: 400 }, (_, i) => i);
  const found = plotted(
    'regression',
    values.map((value, i) => value + (i % 2 === 0 ? 1 : -1)),
    values,
  )?.residuals;
  assert.equal(found?.length, 20);
  assert.deepEqual(found[0], { predicted: 9.5, low: -1, median: 0, high: 1, n: 20 });
});
