// Files of YAML that others wrote and that are read as plain values (locks, `.dvc`, MLmodel, conda). Tried: billion
// laughs, thousands of brackets and levels, many keys, double keys, several
// documents, broken text, no text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainYaml } from '../../engine/base/plainYaml.ts';

test('reads values', () => {
  assert.deepEqual(plainYaml('a: [1, x]\nb: &x { c: null }\nd: *x\n'), { a: [1, 'x'], b: { c: null }, d: { c: null } });
  assert.equal(plainYaml(''), null);
});

test('a bomb is an error, not a hang', () => {
  const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (let i = 1; i < 12; i++) {
    const [own, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
    laughs.push(`${own}: &${own} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`);
  }
  assert.throws(() => plainYaml(laughs.join('\n')), /alias/i);
  for (const text of ['['.repeat(20_000), `${'{a: '.repeat(5000)}1${'}'.repeat(5000)}`])
    assert.throws(() => plainYaml(text), Error);
  assert.throws(() => plainYaml('a: 1\na: 2\n'), /twice/);
  assert.throws(() => plainYaml('a: 1\n---\nb: 1\n'), Error);
});

test('the time grows with the number of keys, not with its square', () => {
  const keys = 10_000;
  const read = plainYaml(Array.from({ length: keys }, (_, i) => `k${i}: ${i}`).join('\n'));
  assert.equal(Object.keys(read as object).length, keys);
});
