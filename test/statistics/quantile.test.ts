import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile } from '../../engine/statistics/quantile.ts';

test('a quantile is interpolated between its neighbours', () => {
  assert.equal(quantile([1, 2, 4], 0.75), 3);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});
