import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cohenKappa } from '../../engine/statistics/cohenKappa.ts';

test('the textbook table: 20 + 15 of 50 alike gives 0.4', () => {
  // Grant reviewers: both yes 20, yes/no 5, no/yes 10, both no 15.
  const pairs: [string, string, number][] = [
    ['y', 'y', 20],
    ['y', 'n', 5],
    ['n', 'y', 10],
    ['n', 'n', 15],
  ];
  const side = (i: 0 | 1) => pairs.flatMap((pair) => Array.from({ length: pair[2] }, () => pair[i]));
  const { kappa, observed, n } = cohenKappa(side(0), side(1));
  assert.ok(Math.abs((kappa ?? 0) - 0.4) < 1e-12);
  assert.deepEqual([observed, n], [0.7, 50]);
});

test('full agreement is 1, full disagreement on two even classes is −1', () => {
  assert.equal(cohenKappa(['a', 'b'], ['a', 'b']).kappa, 1);
  assert.equal(cohenKappa(['a', 'b'], ['b', 'a']).kappa, -1);
});

test('kappa is not defined without cases, or where both raters give one single label', () => {
  assert.deepEqual(cohenKappa([], []), { kappa: null, observed: null, n: 0 });
  assert.deepEqual(cohenKappa(['a', 'a'], ['a', 'a']), { kappa: null, observed: 1, n: 2 });
  assert.equal(cohenKappa(['a', 'a'], ['b', 'b']).kappa, 0);
});

test('lists of different length are refused', () => {
  assert.throws(() => cohenKappa(['a'], []), RangeError);
});
