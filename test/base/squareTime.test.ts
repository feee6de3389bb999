import { test } from 'node:test';
import { globProblem, normalisePath, pathsOverlap } from '../../engine/base/glob.ts';
import { linearGlob } from '../../engine/base/linearGlob.ts';
import { OutputRow } from '../../engine/base/outputRow.ts';
import { walkGlob } from '../../engine/base/walkGlob.ts';
import { isNumber, isValue } from '../../engine/data/reading/cellKinds.ts';
import { mysqlAddress } from '../../engine/data/sources/mysqlAddress.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { unitProblem } from '../../engine/project/units.ts';
import { hasTomlTable, tomlValue } from '../../engine/python/tomlValue.ts';
import { completeFilter } from '../../engine/tracking/filter/completeFilter.ts';
import { cursorAt } from '../../server/features/cursor.ts';
import { growsInProportion } from '../helpers/growth.ts';

// Texts of other people, long and shaped so that an expression tries each place, or each pair of places, again: runs of
// blanks, digits, quotes, backslashes, brackets, separators, and the same with a letter that does not fit at the end.
// Before, 10,000 characters took seconds or did not end in a cell, a glob in braces, a TOML line and a filter.

const nowhere = { sql: { all: () => [], get: () => undefined } } as unknown as Parameters<typeof completeFilter>[0];
const alone = (text: string) => [text];
const inside = (text: string) => [text, `1${text}x`, `-${text}x`, `${text}1${text}`];

const readers: [
  name: string,
  read: (text: string) => unknown,
  pieces: string[],
  around?: (text: string) => string[],
][] = [
  ['cell', (text) => [isNumber(text), isValue(text)], [' ', '1', ' 23', ',234', '\u00a0', '1-1-1T1:11 ', '%'], inside],
  [
    'glob',
    (text) => [
      pathsOverlap(text, 'a'.repeat(text.length)),
      globProblem(text),
      normalisePath(text),
      linearGlob(text)('a'.repeat(1000)),
      walkGlob('/nowhere', text),
    ],
    ['{', '{a', '{a,', '[', '[a]', '*a', '/', '{a}', '?', '\\{'],
    (text) => [text, `a${text}a`, `{${text}}`],
  ],
  [
    'TOML',
    (text) => [tomlValue(text, 't', 'k'), hasTomlTable(text, 't')],
    [' ', '[ ', '\n', ' \n', 'a ', '\\"', '"', "'a\n", '[t]\n'],
    (text) => [text, `[${text}b`, `[t]\nk = [${text}`, `[t]\nk = ["${text}`, `a${text}b`],
  ],
  ['unit', unitProblem, ['1', '-', '^-', 'm/', '(a', ' per '], inside],
  [
    'filter',
    (text) => completeFilter(nowhere, text, text.length),
    [' ', 'a', 'é', '`', '"'],
    (text) => [text, `metrics.${text}(`, `a in (${text}'`],
  ],
  [
    'address',
    (text) => {
      try {
        return mysqlAddress(text);
      } catch (error) {
        return error;
      }
    },
    ['a', 'a1', 'a+', '@', '%', ' '],
    (text) => [text, `jdbc:${text}`, `mysql://${text}`, `mysql://h/${text}`],
  ],
  [
    'terminal row',
    (text) => {
      const row = new OutputRow();
      row.write(text, '');
      row.column = 0;
      row.write('x', '');
      return row.toString();
    },
    [' ', '\t', 'x  '],
    (text) => [`${text}x`],
  ],
  ['cursor', (text) => cursorAt(text, 4), [' ', ' #', ' :', ':', '\\', "'"], (text) => [`k: a${text}b`, `k: "${text}`]],
  ['damaged YAML', (text) => parseYaml('a.yaml', text), [' ', '#', '- '], (text) => [`k: [\na${text}b: }\nk: v`]],
];

for (const [name, read, pieces, around = alone] of readers)
  test(`takes time in proportion: ${name}`, { timeout: 60_000 }, async () => {
    const few = 1500;
    for (const piece of pieces)
      await growsInProportion(few, (size) => around(piece.repeat(Math.ceil(size / piece.length))).map(read));
  });
