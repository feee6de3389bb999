import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countInEdges, doaneEdges, linspace, sturgesEdges } from '../../engine/statistics/numpyBins.ts';

// Expected values: numpy 2.4.6.

test('Sturges: bins of whole numbers are at least 1 wide, of 32-bit floats rounded to them', () => {
  const weights = [50, 50, 50];
  assert.equal(sturgesEdges([0, 1, 2], weights, { integer: true }).length - 1, 2);
  assert.equal(sturgesEdges([0, 1, 2], weights).length - 1, 9);
  const floats = [0.1, 0.2, 0.7].map(Math.fround);
  assert.deepEqual(
    Array.from(sturgesEdges(floats, null, { single: true })),
    [0.10000000149011612, 0.29999998211860657, 0.4999999701976776, 0.699999988079071],
  );
});

test('Doane: a term for the skewness; a constant gets one bin of width 1', () => {
  const values = Array.from({ length: 40 }, (_, i) => i * i * 0.1);
  assert.deepEqual(
    Array.from(
      doaneEdges(
        values,
        values.map(() => 1),
      ),
    ),
    [0, 19.0125, 38.025, 57.037499999999994, 76.05, 95.0625, 114.07499999999999, 133.0875, 152.1],
  );
  assert.deepEqual(Array.from(doaneEdges([5], [2])), [4.5, 5.5]);
});

test('bins are closed below and open above, the last is closed; values outside are not counted', () => {
  assert.deepEqual(Array.from(countInEdges([-1, 0, 1, 1.5, 2, 3], [1, 2, 4, 8, 16, 32], [0, 1, 2])), [2, 28]);
  assert.deepEqual(Array.from(linspace(0, 1, 3)), [0, 1 / 3, 2 / 3, 1]);
});
