import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNestedDeeply } from '../../engine/base/jsonDepth.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const nested = (levels: number, inner = '1') => `${'[{"a":'.repeat(levels / 2)}${inner}${'}]'.repeat(levels / 2)}`;

test('levels of brackets are counted, those in strings are not', () => {
  assert.equal(isNestedDeeply(nested(500)), false);
  assert.equal(isNestedDeeply(nested(502)), true);
  assert.equal(isNestedDeeply('['.repeat(200_000)), true, 'never closed');
  assert.equal(isNestedDeeply(`"${'['.repeat(1000)}"`), false);
  assert.equal(isNestedDeeply(`["\\"${'['.repeat(1000)}\\\\"]`), false, 'an escaped quote');
  assert.equal(isNestedDeeply(`["\\\\",${'['.repeat(1000)}`), true, 'an escaped backslash before the quote');
  assert.equal(isNestedDeeply(`"${'['.repeat(1000)}`), false, 'a string that does not end is no JSON');
  assert.equal(isNestedDeeply('[]'.repeat(5000)), false);
});

test('random values have the depth that a walk finds', () => {
  const random = seededRandom(4);
  const make = (most: number): unknown =>
    most === 0 || random.next() < 0.2
      ? ['[', ']{', '\\"[[', '\\\\', 3, null][random.integer(6)]
      : random.next() < 0.5
        ? Array.from({ length: random.integer(3) }, () => make(most - 1))
        : Object.fromEntries(Array.from({ length: random.integer(3) }, (_, i) => [`${i}{["`, make(most - 1)]));
  const depth = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
  for (let i = 0; i < 500; i++) {
    const value = make(12);
    const text = JSON.stringify(value);
    for (const most of [2, 5, 8])
      if (text.length > most) assert.equal(isNestedDeeply(text, most), depth(value) > most, `${most}: ${text}`);
  }
});
