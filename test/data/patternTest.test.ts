// Patterns of a schema, tested in requests. Tried: nested repeats, alternatives that overlap, counted repeats over 16
// (which V8's linear engine does not run), flags, Unicode classes, POSIX classes, named groups of both spellings; with
// short texts, texts that nearly match, and a megabyte. A pattern that backtracks does not end here in years.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linearRegExp } from '../../engine/base/linearRegExp.ts';
import { patternSearch, patternTest } from '../../engine/data/patternTest.ts';
import { valueRules } from '../../engine/data/valueRules.ts';

const catastrophic = [
  '(a+)+b',
  '(a|a)*b',
  '(a*)*b',
  '(.*a){12}b',
  '(.*a){25}b',
  '(a{1,30})*b',
  '((a{1,20})+)+b',
  '(?i)(a+)+b',
  '(?i)((a{1,20})+)+b',
  '(?:(?:a|aa|aaa)+)+b',
  '(?P<one>a+)+b',
  '(?<one>a+)+b',
  '([[:alpha:]]+)+b',
  '(\\pL+)+1',
  '(\\w+\\s?)+1',
  '.*.*.*.*.*.*.*.*b',
  '(x+x+)+y|(a+)+b',
];

test('no pattern of a schema takes more than linear time', () => {
  for (const pattern of catastrophic)
    for (const read of [patternTest, patternSearch]) {
      const test = read(pattern);
      assert.ok(test, pattern);
      assert.equal(test(`${'a'.repeat(5000)}!`), false, pattern);
    }
  assert.equal(patternTest('(a+)+b')?.('a'.repeat(1 << 20)), false);
});

test('patterns mean what they mean in RE2', () => {
  const cases: [pattern: string, text: string, whole: boolean, part: boolean][] = [
    ['[A-Z]{20}', 'ABCDEFGHIJKLMNOPQRST', true, true],
    ['[A-Z]{20}', 'ABCDEFGHIJKLMNOPQRSTU', false, true],
    ['(?i)abc', 'xABCx', false, true],
    ['(?i)straße', 'STRAßE', true, true],
    ['a|bc', 'bc', true, true],
    ['a|b', 'ab', false, true],
    ['.', '😀', true, true],
    ['.{2}', '😀', false, false],
    ['.{17}', '😀'.repeat(17), true, true],
    ['\\p{Greek}+', 'αβγ', true, true],
    ['[[:digit:]]{3}', '123', true, true],
    ['(?P<a>x)(?<b>y)', 'xy', true, true],
    ['(?s).', '\n', true, true],
    ['.', '\n', false, false],
    ['', '', true, true],
    ['^a$', 'a', true, true],
  ];
  for (const [pattern, text, whole, part] of cases) {
    assert.equal(patternTest(pattern)?.(text), whole, `${pattern} whole ${text}`);
    assert.equal(patternSearch(pattern)?.(text), part, `${pattern} part ${text}`);
  }
});

test('what RE2 does not have is refused', () => {
  for (const pattern of ['(a)\\1', '(?=a)a', 'a(?!b)', '(', 'a{2001}', '[z-a]'])
    assert.equal(patternTest(pattern), null, pattern);
});

test('an expression that V8 cannot run in linear time is none', () => {
  for (const source of ['(a)\\1', '(?=a)', '(a{1,20})+', '(']) assert.equal(linearRegExp(source), null, source);
  assert.equal(linearRegExp('^(a+)+$')?.test(`${'a'.repeat(5000)}!`), false);
});

test('a form of times with unknown directives takes linear time', () => {
  const rules = valueRules({ name: 'at', type: 'datetime', format: '%U'.repeat(12) + 'x' }, { fields: [] }, false);
  assert.notEqual(rules.broken('1'.repeat(5000)), null);
  assert.equal(rules.broken(`${'1'.repeat(5000)}x`), null);
});
