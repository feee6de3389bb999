// Formulas in texts. Tried: each start that OWASP and ASVS 1.2.10 name, wide forms, a text that is quoted already,
// numbers of every spelling, infinities, numbers with more behind them, texts with such characters inside.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { spreadsheetText } from '../../words/spreadsheetText.ts';

it('puts a quote before what a spreadsheet would compute', () => {
  for (const text of [
    '=1+2',
    "=cmd|' /C calc'!A0",
    '+1+2',
    '-2+3+cmd|x',
    '-',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '\0=1',
    '＝1+2',
    '＋1',
    '－1',
    '＠SUM(1)',
    '-1;=2',
    '+49 123',
    '1-=',
  ])
    assert.equal(spreadsheetText(text), text === '1-=' ? text : `'${text}`, JSON.stringify(text));
});

it('leaves numbers and other texts as they are', () => {
  for (const text of [
    '',
    '-1',
    '+2',
    '-1.5e-9',
    '-.5',
    '+7.',
    '-inf',
    '-Infinity',
    '+inf',
    "'=1",
    'a=b',
    ' =1',
    'x@y.de',
    'ü',
    '1e5',
  ])
    assert.equal(spreadsheetText(text), text);
});
