import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  binaryLogLoss,
  brierScore,
  confusionAt,
  confusionMetrics,
  multiclassMetrics,
} from '../../engine/statistics/classification.ts';

test('a score at the threshold is positive; NaN is left out', () => {
  assert.deepEqual(confusionAt([1, 1, 0, 0, Number.NaN], [0.5, 0.4, 0.5, 0.1, 0.9], 0.5), {
    tp: 1,
    fp: 1,
    fn: 1,
    tn: 1,
  });
});

test('shares without a denominator have no value', () => {
  assert.deepEqual(confusionMetrics({ tp: 0, fp: 0, fn: 0, tn: 5 }), {
    accuracy: 1,
    balanced_accuracy: null,
    precision: null,
    recall: null,
    f1: null,
  });
  assert.equal(binaryLogLoss([], []), null);
  assert.equal(brierScore([Number.NaN], [0.5]), null);
});

test('certain and wrong is costly, not infinite', () => {
  assert.ok(Math.abs((binaryLogLoss([1], [0]) ?? 0) - 36.04365338911715) < 1e-9);
});

test('missing classes are left out, classes nobody saw do not count', () => {
  const probabilities = [
    [0.8, 0.3, 0.5],
    [0.2, 0.7, 0.5],
    [0, 0, 0],
  ];
  const metrics = multiclassMetrics([0, 1, Number.NaN], [0, 1, 0], probabilities);
  assert.deepEqual([metrics.accuracy, metrics.macro_f1, metrics.balanced_accuracy], [1, 1, 1]);
  assert.equal(multiclassMetrics([], [], [[], []]).accuracy, null);
});
