import assert from 'node:assert/strict';
import { test } from 'node:test';
import { psi } from '../../engine/statistics/psi.ts';

test('equal shares give 0 for any number of rows', () => {
  assert.equal(psi([1, 2, 3], [10, 20, 30]), 0);
});

test('an empty bin counts as 0.0001, or less where a share is as small', () => {
  assert.equal(psi([1, 1], [2, 0]), (0.5 - 1) * Math.log(0.5) + (0.5 - 0.0001) * Math.log(0.5 / 0.0001));
  const [rest, small] = [0.99995, 0.00005];
  const expected =
    (rest - 0.5) * Math.log(rest / 0.5) +
    (small - 0.5) * Math.log(small / 0.5) +
    (small / 1e6 - 0.0001) * Math.log(small / 1e6 / 0.0001);
  assert.ok(Math.abs((psi([99995, 5, 0], [1, 1, 0]) ?? 0) - expected) < 1e-12);
});

test('an empty side has no value', () => {
  assert.equal(psi([0, 0], [1, 2]), null);
  assert.equal(psi([1], []), null);
});
