import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regressionMetrics } from '../../engine/statistics/regression.ts';

test('errors in the unit of the target', () => {
  assert.deepEqual(regressionMetrics([1, 2, 3], [1, 2, 6]), { rmse: Math.sqrt(3), mae: 1, r2: 1 - 9 / 2 });
});

test('NaN is left out, nothing gives null, a constant target no R²', () => {
  assert.deepEqual(regressionMetrics([1, Number.NaN], [2, 5]), { rmse: 1, mae: 1, r2: null });
  assert.deepEqual(regressionMetrics([], []), { rmse: null, mae: null, r2: null });
});
