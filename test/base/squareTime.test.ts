import { test } from 'node:test';
import { withoutCommands } from '../../cli/safeText.ts';
import { withoutCredentials } from '../../engine/data/sources/redact.ts';
import { haveForeignMonths } from '../../engine/data/written/dates.ts';
import { unitsNote } from '../../engine/data/written/units.ts';
import { parseOrder } from '../../engine/mlflow/orderBy.ts';
import { withoutComments } from '../../engine/start/lookAtScript.ts';
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

/** A busy machine may slow down one measurement, but not twice. */
const inProportion = (work: (size: number) => unknown) =>
  growsInProportion(1500, work).catch(() => growsInProportion(3000, work));

const nowhere = { sql: { all: () => [], get: () => undefined } } as unknown as Parameters<typeof completeFilter>[0];
const alone = (text: string) => [text];
const order = (text: string) => {
  try {
    return parseOrder(text);
  } catch (error) {
    return error;
  }
};
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
  ['a line to GitHub', withoutCommands, ['\n', ' ', ':'], (text) => [text, `${text}x`]],
  ['order of runs', order, [' ', 'a ', '`'], (text) => [`a${text}b`]],
  ['import of Python', withoutComments, ["\\'", '"\\', "'", '#'], (text) => [text, `'${text}`]],
  ['words of a unit', (text) => unitsNote([text], 0, () => 0), [' ', '1 ', '1'], inside],
  ['month', (text) => haveForeignMonths([text]), ['1', ' ', '1 '], (text) => [`a${text}b`]],
  ['address with a password', withoutCredentials, ['a.', 'a', '://'], (text) => [text]],
  [
    'damaged YAML',
    (text) => parseYaml('a.yaml', text),
    [' ', '#', '- '],
    (text) => [`k: [\na${text}b: }\nk: v`, `k: { a: b${text}c: d }`, `k: \${${text}`],
  ],
];

for (const [name, read, pieces, around = alone] of readers)
  test(`takes time in proportion: ${name}`, { timeout: 60_000 }, async () => {
    for (const piece of pieces)
      await inProportion((size) => around(piece.repeat(Math.ceil(size / piece.length))).map(read));
  });
