/**
 * JSON as tables. Tried: repeated keys and keys that differ by case; lines that break off, at the end and in the middle;
 * arrays that break off; a byte order mark, blank lines and CRLF; UTF-16; NaN and Infinity; one
 * object over several lines; packed files; Latin-1.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { DataError } from '../../../engine/base/errors.ts';
import { openDatabase } from '../../../engine/data/database.ts';
import { inferFiles } from '../../../engine/data/inferFiles.ts';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { halfCharacter } from '../../../engine/data/reading/halfCharacter.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { writtenNotes } from '../../../engine/data/written/writtenNotes.ts';
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
const rows = (path: string) => db.rows(`SELECT * FROM ${sourceSql([path])}`);

const two = [{ a: 1 }, { a: 2 }];
const same: [string, string | Buffer, string?][] = [
  ['an array behind a byte order mark', '\ufeff[{"a":1},{"a":2}]', 'json'],
  ['such an array over lines', '\ufeff\n[\n{"a":1},\n{"a":2}\n]\n', 'jsonl'],
  ['lines', '{"a":1}\n{"a":2}\n'],
  ['no end of the last line', '{"a":1}\n{"a":2}'],
  ['a mark, blank lines and CRLF', '\ufeff{"a":1}\r\n\r\n{"a":2}\r\n\r\n'],
  ['an array', '[{"a":1},{"a":2}]', 'json'],
  ['an array over lines', '[\n  {"a": 1},\n  {\n    "a": 2\n  }\n]\n', 'json'],
  ['UTF-16, as PowerShell writes', Buffer.from('\ufeff{"a":1}\r\n{"a":2}\r\n', 'utf16le')],
  ['gzip', gzipSync('{"a":1}\n{"a":2}\n'), 'jsonl.gz'],
  ['zstd', zstdCompressSync('{"a":1}\n{"a":2}\n'), 'jsonl.zst'],
];
for (const [name, content, ending] of same)
  test(`the same table: ${name}`, async () => assert.deepEqual(await rows(file(content, ending)), two));

// Tried: first, last and all lines, in an array, in a part file, inside an object.
test('objects without keys are rows without values', async () => {
  const bare: [string, unknown[]][] = [
    ['{}\n{"a":1}\n{}\n', [{ a: null }, { a: 1 }, { a: null }]],
    ['{"a":1}\n{}\n', [{ a: 1 }, { a: null }]],
    ['[{},{"a":1}]', [{ a: null }, { a: 1 }]],
    [' {} \r\n{ }\r\n{"a":1}', [{ a: null }, { a: null }, { a: 1 }]],
  ];
  for (const [content, wanted] of bare) assert.deepEqual(await rows(file(content)), wanted);
  const parts = [file('{}\n'), file('{"a":1}\n')];
  assert.deepEqual(await db.rows(`SELECT * FROM ${sourceSql(parts)}`), [{ a: null }, { a: 1 }]);
  for (const content of ['{}\n{}\n', '[{}]', '\ufeff{}\n'])
    await assert.rejects(async () => rows(file(content)), /its objects have no keys, as `{}`/);
});

test('rows of hundreds of numbers are columns, not one value', async () => {
  const wide = Array.from({ length: 20 }, (_, i) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_k, k) => [`f${k}`, i * k]))),
  );
  const [first] = await rows(file(`${wide.join('\n')}\n`));
  assert.equal(Object.keys(first ?? {}).length, 300);
  const sparse = Array.from({ length: 400 }, (_, i) => `{"id":${i},"k${i}":1}\n`).join('');
  assert.equal(Object.keys((await rows(file(sparse)))[0] ?? {}).length, 401);
});

test('NaN and Infinity are numbers', async () => {
  const path = file('{"a":1}\n{"a":NaN}\n{"a":-Infinity}\n');
  const [row] = await db.rows(`SELECT count(*) AS n, count(*) FILTER (isnan(a)) AS nans FROM ${sourceSql([path])}`);
  assert.deepEqual(row, { n: 3, nans: 1 });
});

const faults: [string, string | Buffer, number, RegExp, string?][] = [
  ['a repeated key', '{"a":1}\n{"a":1,"b":2,"a":3}\n', 2, /has the key `a` twice/],
  ['the last line breaks off', '{"a":1}\n{"a":2}\n{"a"', 3, /breaks off/],
  ['the last value breaks off', '{"a":1}\n{"a":"te', 2, /breaks off/],
  ['a line in the middle', '{"a":1}\n{"a":\n{"a":3}\n', 2, /breaks off|not valid JSON/],
  ['text between', '{"a":1}\n\noops\n{"a":3}\n', 3, /not valid JSON: `o`/],
  ['single quotes', '{"a":1}\n{\'a\':2}\n', 2, /not valid JSON/],
  ['a word of Python', '{"a":True}\n{"a":False}\n', 1, /not valid JSON: `T`/],
  ['a word of Python over lines', '{\n "a": 1,\n "b": None\n}\n', 3, /not valid JSON: `N`/, 'json'],
  ['commas behind the lines', '{"a":1},\n{"a":2},\n', 1, /not valid JSON/],
  ['an array that breaks off', '[\n{"a":1},\n{"a":2', 3, /breaks off/, 'json'],
  ['an array with a stray comma', '[\n{"a":1},\n{"a":2},\n]', 4, /not valid JSON/, 'json'],
];
for (const [name, content, line, about, ending] of faults)
  test(`a fault has its line: ${name}`, async () => {
    const path = file(content, ending);
    await assert.rejects(rows(path), (error) => {
      assert.ok(error instanceof DataError, String(error));
      assert.match(error.message, about);
      assert.deepEqual([error.place?.file, error.place?.line], [path, line], error.message);
      return true;
    });
  });

// Tried: rows under a key, as of an API and GeoJSON; pandas' orient split and columns; a row with a list or one object in
// it, one object a line.
test('a file that is one object with the rows inside is told', () => {
  const told = (content: string, ending = 'json') => describeReading(readingsOf([file(content, ending)])).join();
  assert.match(
    told('{"data":[{"a":1},{"a":2}],"total":2}'),
    /one object, and so one row; `jq '\.data'` writes the rows/,
  );
  assert.match(told('{"type":"FeatureCollection","my features":[{"a":1},{"a":2}]}'), /`jq '\.\["my features"\]'`/);
  assert.match(told('{"columns":["a"],"index":[0,1],"data":[[1],[2]]}'), /`orient='records'` of pandas/);
  assert.match(told('{"a":{"0":1,"1":2},"b":{"0":"x","1":"y"}}'), /`orient='records'` of pandas/);
  for (const [content, ending] of [
    ['{"a":1,"b":[1,2]}', 'json'],
    ['{"a":{"b":1}}', 'json'],
    ['{"a":1}\n{"a":2}\n', 'json'],
    ['{"id":1,"items":[{"a":1},{"a":2}]}\n', 'jsonl'],
  ] as const)
    assert.equal(told(content, ending), '', content);
});

test('texts that are numbers are told with the keys that read them', async () => {
  const path = file('{"a":"1,5","b":"NA","c":"x"}\n{"a":"2,25","b":"5","c":"7"}\n');
  const { schema, columns } = await inferFiles(db, [path]);
  assert.deepEqual(
    schema.fields.map(({ type }) => type),
    ['string', 'string', 'string'],
  );
  const { notes } = writtenNotes(columns);
  assert.match(
    notes[0] ?? '',
    /`a`: texts that are numbers, kept as text; `{ type: number, decimalChar: ",".* }` of the field/,
  );
  assert.match(notes[1] ?? '', /`b`: .*`{ type: integer, missingValues: \["","NA"\] }`/);
  assert.equal(notes.length, 2);
});

test('keys that differ by case are told', () => {
  const path = file('{"userId":1}\n{"UserID":2}\n');
  assert.match(describeReading(readingsOf([path]))[0] ?? '', /differ only by case.*userId, UserID → UserID_1/);
  assert.deepEqual(describeReading(readingsOf([file('{"a":1}\n{"b":2}\n')])), []);
});

test('other encodings are refused', async () => {
  const path = file(Buffer.from('{"a":"M\xfcller"}\n', 'latin1'));
  await assert.rejects(async () => rows(path), /JSON is UTF-8, and this file is not/);
});

test('half of a character is told with its line', async () => {
  const path = file('{"a":"x"}\n{"a":"\\ud83d"}\n{"a":"y"}\n');
  await assert.rejects(rows(path), {
    message: `${path}, line 2: not valid JSON: \`\\ud83d\` is half of a character; expected one object per line, or one array of objects`,
  });
  // Tried: both halves alone, in the wrong order, doubled, in keys; whole characters and escaped backslashes are sound.
  const halves = ['\\ud83d', '\\uDE00', '\\ude00\\ud83d', '\\ud83d\\ud83d\\ude00', 'x\\\\\\ud83d'];
  assert.deepEqual(
    halves.map((text) => halfCharacter(`{"${text}":1}`)),
    ['\\ud83d', '\\uDE00', '\\ude00', '\\ud83d', '\\ud83d'],
  );
  for (const text of ['\\ud83d\\ude00', '\\\\ud83d', '\\u00e9', 'ud83d'])
    assert.equal(halfCharacter(`"${text}"`), null, text);
});
