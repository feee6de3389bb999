import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameSecret } from '../../engine/http/sameSecret.ts';

test('secrets are equal only when every character is', () => {
  assert.equal(sameSecret('Bearer abc', 'Bearer abc'), true);
  for (const other of ['', 'Bearer ab', 'Bearer abcd', 'bearer abc'])
    assert.equal(sameSecret('Bearer abc', other), false);
});
