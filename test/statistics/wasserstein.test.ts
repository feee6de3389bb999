import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardDeviation, wasserstein, wassersteinStd } from '../../engine/statistics/wasserstein.ts';

test('a shift has its length as distance', () => {
  assert.equal(wasserstein([0, 1, 2], [5, 6, 7]), 5);
  assert.equal(wasserstein([0, 0, 1], [0, 1, 1]), 1 / 3);
});

test('the distance is divided by the standard deviation of the reference, at least 0.001', () => {
  assert.equal(standardDeviation([1, 3]), 1);
  assert.equal(wassersteinStd([1, 3], [4, 6]), 3);
  assert.ok(Math.abs((wassersteinStd([2, 2], [2.5]) ?? 0) - 500) < 1e-9);
});

test('an empty side has no value', () => {
  assert.equal(wasserstein([], [1]), null);
  assert.equal(wassersteinStd([1], []), null);
});
