/**
 * Places in files that do not start with their table, or that are rewritten: rows are those of the file, and its own name
 * is told. Tried: a preamble, `sep=`, no header, UTF-16 with CRLF, backslash quotes, comments between rows, mixed line
 * ends, each with a line of too many fields before a wrong value; lines with unclosed quotes.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DataError } from '../../../engine/base/errors.ts';
import { openDatabase } from '../../../engine/data/database.ts';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { rawSource, typedSelect } from '../../../engine/data/typedSource.ts';
import { validateTable } from '../../../engine/data/validateTable.ts';
import type { DatasetSchema } from '../../../engine/project/schema/datasetSchema.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let files = 0;

function file(content: string | Buffer, ending = 'csv'): string {
  const path = join(folder, `f${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

const schema: DatasetSchema = {
  fields: [
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'string' },
  ],
};
const body = 'a,b\n1,x\n2,y,z\n3,ü\nfour,w\n';
const cases: [string, string | Buffer, number?, string?][] = [
  ['plain', body],
  ['a preamble', `Title\n\nof us\n${body}`],
  ['a preamble with quotes', `"Title, of\nus"\n${body}`],
  ['sep=', `sep=,\n${body}`],
  ['UTF-16 with CRLF', Buffer.from(`\ufeff${body.replaceAll('\n', '\r\n')}`, 'utf16le')],
  ['windows-1252', Buffer.from(body, 'latin1')],
  ['windows-1252 below a title', Buffer.from(`Titel für\n\n${body}`, 'latin1')],
  ['mixed line ends', body.replace('x\n', 'x\r\n')],
  ['backslash quotes', body.replace('x\n', '"\\"x\\", y"\n').replace('ü\n', '"\\"ü"\n')],
];
for (const [name, content] of cases)
  test(`rows keep their numbers and their file: ${name}`, async () => {
    const path = file(content);
    const raw = rawSource([path], schema);
    const result = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
    const invalid = await db.rows(result.invalidSql);
    await result.discard();
    assert.deepEqual(
      invalid.map((row) => [row['_file'], row['_row']]),
      [
        [path, 2],
        [path, 4],
      ],
    );
    assert.match(String(invalid[0]?.['_reasons']), /more fields than the header: 2,y,z/);
    assert.deepEqual([result.rows, result.validRows], [4, 2]);
    const values = await db.rows(`SELECT b FROM (${result.validSql})`);
    assert.match(String(values[1]?.['b']), /ü/);
  });

test('an error names the file and its line, not the copy', async () => {
  const path = file(Buffer.from('Titel für alle\n\na;b\n1;x\n2;y;z\n', 'latin1'));
  await assert.rejects(
    async () => db.rows(await typedSelect(db, [path], null)),
    (error) => {
      assert.ok(error instanceof DataError);
      assert.deepEqual([error.place?.file, error.place?.line], [path, 5], error.message);
      return !error.message.includes('loopwright-read');
    },
  );
  const open = file(Buffer.from('a;b\n1;"M\xfcller\n2;y\n', 'latin1'));
  assert.match(describeReading(readingsOf([open]))[0] ?? '', /windows-1252/);
});

test('what differs from plain text is told in one line', () => {
  const told = (content: string | Buffer, read = {}) =>
    describeReading(readingsOf([file(content)], read)).map((line) => line.replace(/f\d+/, 'f'));
  assert.deepEqual(told('a,b\n1,2\n'), []);
  assert.deepEqual(told(Buffer.from('Bericht\n\na;b;\n1;\xfc;\n', 'latin1')), [
    'reads f.csv: windows-1252, `;` between fields, header in line 3, 2 lines skipped; 1 column left out: the last one has no name and no value',
  ]);
  assert.deepEqual(told('1|2\n3|4\n'), ['reads f.csv: UTF-8, `|` between fields, no header']);
  assert.deepEqual(told('a,a,\n1,2,3\n'), [
    'reads f.csv: UTF-8, `,` between fields, header in line 1; names that occur twice: a → a_2; columns without a name: column2',
  ]);
  assert.match(told('a,b\n1,2\n3\n')[0] ?? '', /1 of the first 2 rows does not have 2 fields, first line 3 with 1$/);
  const [first, second] = [file('a;b\n1;2\n'), file('a;b\n3;4\n')];
  assert.match(describeReading(readingsOf([first, second]))[0] ?? '', /^reads f\d+\.csv and 1 more: UTF-8, `;`/);
});

test('settings that are given are kept', async () => {
  const path = file('x|y\n1|2\n# no\n3|4\n');
  const read = { header: false, delimiter: '|', columns: ['p', 'q'], skip: 1, comment: '#' };
  const rows = await db.rows(await typedSelect(db, [path], { fields: [{ name: 'p', type: 'string' }] }, { read }));
  assert.deepEqual(
    rows.map((row) => [row['p'], row['q']]),
    [
      ['1', '2'],
      ['3', '4'],
    ],
  );
  await assert.rejects(
    async () => typedSelect(db, [path], null, { read: { columns: ['one'] } }),
    /1 names are listed under `columns`, but the first line has 2 fields/,
  );
});

test('encodings that cannot be told name candidates; a few wrong bytes and foreign files have a reason', async () => {
  const reads = async (content: Buffer, ending?: string) =>
    db.rows(await typedSelect(db, [file(content, ending)], null));
  const russian = Buffer.from('a,b\n1,\xcc\xee\xf1\xea\xe2\xe0\n', 'latin1');
  await assert.rejects(reads(russian), /line 2: the text is not UTF-8.*windows-1251 reads “Москва”.*read: \{ encoding/);
  const japanese = Buffer.from('a,b\n1,\x93\xfa\x96\x7b\n', 'latin1');
  await assert.rejects(reads(japanese), /shift_jis reads “日本”/);
  await assert.rejects(reads(Buffer.from('a,b\n1,\xc3\xa9\n2,\xe9\n', 'latin1')), /line 3: the text is not UTF-8 here/);
  for (const [content, about] of [
    [Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 6, 0]), /ZIP archive/],
    [Buffer.from('PK\u0003\u0004....[Content_Types].xml'), /Excel workbook/],
    [Buffer.from('PAR1\u0015\u0004'), /Parquet file; end its name/],
    [Buffer.from('<!DOCTYPE html>\n<html>'), /web page/],
    [Buffer.from([0x1f, 0x8b, 8, 0]), /gzip file; add `\.gz`/],
    [Buffer.from([0xff, 0xfe, 0, 0, 97, 0, 0, 0]), /UTF-32/],
    [Buffer.from('version https://git-lfs.github.com/spec/v1\noid'), /git lfs pull/],
    [Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 7) % 32)), /not a text file/],
  ] as const)
    await assert.rejects(reads(content), about);
  for (const [ending, about] of [
    ['xlsx', /save the sheet as CSV/],
    ['feather', /read_feather/],
    ['orc', /read_orc/],
    ['avro', /Avro|read_avro/],
  ] as const)
    await assert.rejects(reads(Buffer.from('x'), ending), about);
});

test('copies of killed processes are removed, those of others stay', async () => {
  const gone = join(tmpdir(), 'loopwright-read-999999999-test');
  const fresh = join(tmpdir(), 'loopwright-read-999999998-test');
  for (const path of [gone, fresh]) mkdirSync(path, { recursive: true });
  utimesSync(gone, new Date('2020-01-01'), new Date('2020-01-01'));
  const code = `
    const { sourceSql } = await import(${JSON.stringify(join(import.meta.dirname, '../../../engine/data/readSource.ts'))});
    sourceSql([process.argv[1]]);`;
  const { execFileSync } = await import('node:child_process');
  execFileSync(process.execPath, ['--input-type=module', '-e', code, file(Buffer.from('a\n\xfc\n', 'latin1'))]);
  const left = readdirSync(tmpdir()).filter((name) => /^loopwright-read-99999999[89]-test$/.test(name));
  rmSync(fresh, { recursive: true });
  assert.deepEqual(left, ['loopwright-read-999999998-test']);
  assert.equal(statSync(gone, { throwIfNoEntry: false }), undefined);
});
