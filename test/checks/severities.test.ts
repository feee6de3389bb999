import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ignoresIn, judge } from '../../engine/checks/severities.ts';
import { checkProject } from '../../engine/checks/checkProject.ts';
import type { Problem } from '../../protocol/problem.ts';
import { ordersTexts, projectOf } from '../helpers/checking.ts';

const problem = (line: number, code: string, file = 'f'): Problem => ({
  file,
  line,
  column: 1,
  endLine: line,
  endColumn: 2,
  code,
  severity: 'warning',
  message: 'm',
});

test('comments silence their own line, or the next one when they stand alone', () => {
  const { byLine, written } = ignoresIn(
    'a: 1   # loopwright-ignore LW101, LW102 because\n  # loopwright-ignore LW103\nb: 2\n-- loopwright-ignore LW104\nc: "x # loopwright-ignore"\n# loopwright-ignored LW105\n',
  );
  assert.deepEqual(
    [...byLine].map(([line, codes]) => [line, [...codes]]),
    [
      [1, ['LW101', 'LW102']],
      [3, ['LW103']],
      [5, ['LW104']],
    ],
  );
  assert.deepEqual(
    written.map(({ code, line, column }) => [code, line, column]),
    [
      ['LW101', 1, 28],
      ['LW102', 1, 35],
      ['LW103', 2, 23],
      ['LW104', 4, 22],
    ],
  );
  assert.deepEqual([...ignoresIn('a: 1').byLine], []);
});

test('the choices of the person are stronger than those of the project, and what is off or silenced is gone', () => {
  const problems = [problem(1, 'LW201'), problem(2, 'LW202'), problem(3, 'LW203')];
  const found = judge(
    problems,
    () => 'x\ny # loopwright-ignore LW202\nz',
    { LW201: 'off', LW203: 'error' },
    { LW201: 'info' },
  );
  assert.deepEqual(
    found.map(({ code, severity }) => `${code} ${severity}`),
    ['LW201 info', 'LW203 error'],
  );
  assert.deepEqual(judge(problems, () => '', { constructor: 'off' } as never).length, 3);
});

test('a finding in SQL is silenced there', () => {
  const texts = { ...ordersTexts, 'sql/features.sql': 'SELECT o.*\nFROM oders o\n' };
  const codes = (sql: string) =>
    checkProject(projectOf({ ...texts, 'sql/features.sql': sql }))
      .map(({ code, file }) => `${code} ${file}`)
      .filter((found) => found.startsWith('LW218'));
  assert.deepEqual(codes('SELECT o.*\nFROM oders o\n'), ['LW218 sql/features.sql']);
  assert.deepEqual(codes('SELECT o.*\nFROM oders o -- loopwright-ignore LW218\n'), []);
});
