import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentCache } from '../../engine/base/recentCache.ts';

test('a full cache evicts the least recently used value', () => {
  const cache = new RecentCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  assert.equal(cache.get('a'), 1);
  cache.set('c', 3);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [1, undefined, 3]);
});

test('setting a key again replaces its value and counts as a use', () => {
  const cache = new RecentCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('a', 10);
  cache.set('c', 3);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [10, undefined, 3]);
  cache.delete('a');
  assert.equal(cache.get('a'), undefined);
});
