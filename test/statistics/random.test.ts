import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../engine/statistics/random.ts';

test('a seed determines the numbers, on every machine', () => {
  const first = seededRandom(7);
  assert.deepEqual([first.next(), first.next()], [0.011704753153026104, 0.06195825757458806]);
  assert.notEqual(seededRandom(8).next(), 0.011704753153026104);
});

test('numbers are uniform, shuffles keep all items', () => {
  const random = seededRandom(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10_000; i++) {
    const n = random.integer(10);
    counts[n] = (counts[n] ?? 0) + 1;
  }
  assert.ok(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(' '),
  );
  const items = Uint32Array.from({ length: 100 }, (_, i) => i);
  random.shuffle(items);
  assert.notEqual(items[0] === 0 && items[1] === 1 && items[2] === 2, true);
  assert.deepEqual(
    [...items].toSorted((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
});
