import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jensenShannon } from '../../engine/statistics/jensenShannon.ts';

test('the distance is 0 for equal shares and largest where no category is shared', () => {
  assert.deepEqual(jensenShannon([1, 3], [2, 6]), { js_distance_e: 0, js_distance_2: 0, js_divergence_2: 0 });
  const apart = jensenShannon([1, 0], [0, 1]);
  assert.ok(Math.abs((apart?.js_distance_e ?? 0) - Math.sqrt(Math.LN2)) < 1e-15);
  assert.deepEqual([apart?.js_distance_2, apart?.js_divergence_2], [1, 1]);
});

test('an empty side has no value, and a shorter one lacks the last categories', () => {
  assert.equal(jensenShannon([0], [1]), null);
  assert.deepEqual(jensenShannon([1], [1, 1]), jensenShannon([1, 0], [1, 1]));
});
