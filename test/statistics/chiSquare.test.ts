import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chiSquareContingency, chiSquareFit } from '../../engine/statistics/chiSquare.ts';
import { gammaTail, logGamma } from '../../engine/statistics/gammaTail.ts';

test('equal shares have p 1, an unknown category has p 0', () => {
  assert.deepEqual(chiSquareFit([10, 20, 30], [1, 2, 3]), { statistic: 0, df: 2, pValue: 1 });
  assert.deepEqual(chiSquareFit([10, 0], [5, 5]), { statistic: Number.POSITIVE_INFINITY, df: 1, pValue: 0 });
});

test('a two by two table has the correction of Yates', () => {
  assert.ok(Math.abs((chiSquareContingency([10, 20], [30, 10])?.statistic ?? 0) - 10.510937499999999) < 1e-9);
  assert.deepEqual(chiSquareContingency([1, 1], [1, 1]), { statistic: 0, df: 1, pValue: 1 });
});

test('too few rows have no value', () => {
  for (const measure of [chiSquareFit, chiSquareContingency]) {
    assert.equal(measure([], []), null);
    assert.equal(measure([0, 0], [1, 2]), null);
    assert.equal(measure([3, 0], [5, 0]), null);
  }
});

test('the gamma function and its tail have their known values', () => {
  assert.ok(Math.abs(logGamma(5) - Math.log(24)) < 1e-13);
  assert.ok(Math.abs(logGamma(0.5) - Math.log(Math.PI) / 2) < 1e-13);
  assert.equal(gammaTail(3, 0), 1);
  assert.ok(Math.abs(gammaTail(1, 2) - Math.exp(-2)) < 1e-15);
});
