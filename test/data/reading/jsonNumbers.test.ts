/**
 * Numbers of JSON with more digits than a double holds. Tried: long in front of and behind the point, whole numbers
 * beyond 64 bits, large whole numbers beside decimals, exponents, more than 38 digits, one long number among short ones,
 * beside texts and null, inside objects and lists; arrays, several files, UTF-16, gzip, escapes in keys and texts that
 * look like numbers; lines that are broken beside it. Prints of doubles and numbers of 64 bits stay as they are.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { inferFiles } from '../../../engine/data/inferFiles.ts';
import { columnsOf } from '../../../engine/data/inspectColumns.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { longPaths } from '../../../engine/data/reading/jsonNumbers.ts';
import { repairJsonLines } from '../../../engine/data/reading/repairJsonLines.ts';
import { rawSource } from '../../../engine/data/typedSource.ts';
import { validateTable } from '../../../engine/data/validateTable.ts';
import { seededRandom } from '../../../engine/statistics/random.ts';
import { rounds } from '../../helpers/rounds.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let files = 0;

function file(content: string | Buffer, ending = 'jsonl'): string {
  const path = join(folder, `f${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

/** The values of a column as texts, without zeros at the end. */
async function values(paths: string | string[], column = 'a'): Promise<(string | null)[]> {
  const found = await db.rows(`SELECT CAST("${column}" AS VARCHAR) AS v FROM ${sourceSql([paths].flat())}`);
  return found.map(({ v }) =>
    v === null
      ? null
      : String(v)
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, ''),
  );
}

const exact: [string, string | Buffer, (string | null)[]][] = [
  ['large whole numbers beside decimals', '{"a":9007199254740993}\n{"a":0.5}\n', ['9007199254740993', '0.5']],
  [
    'one long number among short ones',
    `${'{"a":1.5}\n'.repeat(50)}{"a":1.00000000000000000001}\n`,
    [...Array<string>(50).fill('1.5'), '1.00000000000000000001'],
  ],
  ['exponents', '{"a":1234567890123456789.5e2}\n{"a":5E-1}\n', ['123456789012345678950', '0.5']],
  ['more than 38 digits', `{"a":${'1'.repeat(45)}.5}\n{"a":2}\n`, [`${'1'.repeat(45)}.5`, '2']],
  [
    'beside a text',
    '{"a":0.1000000000000000055511151231257827}\n{"a":"x"}\n',
    ['0.1000000000000000055511151231257827', 'x'],
  ],
  ['UTF-16', Buffer.from('\ufeff{"a":12345678901234567890.5}\n', 'utf16le'), ['12345678901234567890.5']],
  ['negative, first in an array', '[{"a":-12345678901234567890.5}]', ['-12345678901234567890.5']],
];
for (const [name, content, wanted] of exact)
  test(`all digits are kept: ${name}`, async () => assert.deepEqual(await values(file(content)), wanted));

test('inside objects and lists, in odd keys, and in one of two files', async () => {
  const nested = file('{"o":{"b":1.00000000000000000001},"l":[1.5,2.00000000000000000001]}\n');
  const [row] = await db.rows(`SELECT o.b AS b, l[2] AS l FROM ${sourceSql([nested])}`);
  assert.deepEqual(row, { b: '1.00000000000000000001', l: '2.00000000000000000001' });
  assert.match(describeReading(readingsOf([nested]))[0] ?? '', /kept as text with all digits.*: o\.b, l\[\]/);
  const odd = file('{"a \\"b\\" \\u00e9":1.00000000000000000001,"t":"say 1.00000000000000000001, 2","a":[]}\n');
  assert.deepEqual(await values(odd, 'a ""b"" é'), ['1.00000000000000000001']);
  const pair = [file('{"a":1.5}\n'), file('{"a":1.00000000000000000001}\n')];
  assert.deepEqual(await values(pair), ['1.5', '1.00000000000000000001']);
});

test('two long numbers are two keys, and a schema holds them', async () => {
  const path = file('{"id":12345678901234567890.123}\n{"id":12345678901234567890.124}\n');
  const { fields } = (await inferFiles(db, [path])).schema;
  const schema = { fields, primaryKey: 'id' };
  const raw = rawSource([path], schema);
  const result = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
  assert.deepEqual([result.rules, result.validRows], [[], 2]);
  await result.discard();
});

test('a broken line beside a long number', async () => {
  const path = file('{"a":1.00000000000000000001}\noops\n{"a":2}\n');
  const repaired = await repairJsonLines([path], folder, new AbortController().signal);
  assert.ok(repaired);
  const found = await db.rows(`SELECT CAST(a AS VARCHAR) AS a, _line FROM ${repaired.sql}`);
  assert.deepEqual(found, [
    { a: '1.00000000000000000001', _line: 1 },
    { a: '2.00000000000000000000', _line: 3 },
  ]);
  await repaired.discard();
});

test('other numbers stay as they are', async () => {
  const random = seededRandom(7);
  const lines = Array.from({ length: rounds(2000) }, () => {
    const scale = 10 ** (random.integer(40) - 20);
    return `{"a":${(random.next() - 0.5) * scale},"i":${(BigInt(random.integer(1e9)) * 9_223_372_036n).toString()},"t":"12345678901234567890.123"}\n`;
  });
  const path = file(lines.join(''));
  assert.equal(longPaths(path).size, 0);
  assert.deepEqual(
    (await columnsOf(db, sourceSql([path]))).map(({ sqlType }) => sqlType),
    ['DOUBLE', 'BIGINT', 'VARCHAR'],
  );
});
