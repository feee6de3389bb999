import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countBins, countCategories, equalEdges, quantileEdges } from '../../engine/statistics/histogram.ts';

test('equal bins run from the smallest to the largest finite value', () => {
  assert.deepEqual(equalEdges([0, 10, Number.NaN, Number.POSITIVE_INFINITY], 2), [0, 5, 10]);
  assert.deepEqual(equalEdges([3, 3], 4), [2.5, 3.5]);
  assert.deepEqual(equalEdges([Number.NaN], 4), []);
});

test('quantile bins hold equal counts, repeated edges are merged', () => {
  assert.deepEqual(quantileEdges([1, 2, 3, 4, 5], 2), [1, 3, 5]);
  assert.deepEqual(quantileEdges([1, 1, 1, 1, 9], 4), [1, 9]);
  assert.deepEqual(quantileEdges([7], 3), [6.5, 7.5]);
  assert.deepEqual(quantileEdges([], 3), []);
});

test('bins are closed to the left, the last one to both sides; values outside go to the outermost bins', () => {
  assert.deepEqual(countBins([-5, 0, 4.9, 5, 10, 11, Number.NaN], [0, 5, 10]), [3, 3]);
  assert.deepEqual(countBins([1], []), []);
});

test('categories are counted in the known order, then in the order of appearance', () => {
  assert.deepEqual(
    [...countCategories(['b', null, 'c', 'b'], ['a', 'b'])],
    [
      ['a', 0],
      ['b', 2],
      ['c', 1],
    ],
  );
});
