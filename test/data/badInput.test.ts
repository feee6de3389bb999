import assert from 'node:assert/strict';
import { closeSync, copyFileSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { inferFiles } from '../../engine/data/inferFiles.ts';
import { inferSchema } from '../../engine/data/inferSchema.ts';
import { profileTable } from '../../engine/data/profileTable.ts';
import { quoteIdentifier, quoteLiteral } from '../../engine/data/quote.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { relationsOf } from '../../engine/data/relations.ts';
import { rawSource, typedSelect } from '../../engine/data/typedSource.ts';
import { checkFiles } from '../../engine/data/checkFiles.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import { compareTables } from '../../engine/drift/compareTables.ts';
import { DataError } from '../../engine/base/errors.ts';
import type { DatasetSchema, Field } from '../../engine/project/schema/datasetSchema.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { rounds } from '../helpers/rounds.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 2, memoryLimit: '3GB', tempDirectory: join(folder, 'spill') });
after(() => db.close());

let files = 0;
function file(content: string | Uint8Array, extension = 'csv'): string {
  const path = join(folder, `f${++files}.${extension}`);
  writeFileSync(path, content);
  return path;
}

const text = (...names: string[]): DatasetSchema => ({ fields: names.map((name) => ({ name, type: 'string' })) });
async function validate(path: string, schema: DatasetSchema) {
  const raw = rawSource([path], schema);
  const result = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
  return { result, valid: await db.rows(result.validSql), invalid: await db.rows(result.invalidSql) };
}
const profile = async (path: string, schema: DatasetSchema | null = null) =>
  profileTable(db, `(${await typedSelect(db, [path], schema, { rejects: true })})`);
const says = (about: RegExp) => (error: unknown) =>
  error instanceof DataError && about.test(error.message) && error.place?.file !== undefined;

test('ragged rows are set aside with a schema, padded or rejected without', async () => {
  const path = file('a,b\n1,2\n3\n4,5,6\n7,8\n');
  const { result, valid } = await validate(path, text('a', 'b'));
  assert.deepEqual([result.rows, result.validRows, valid.map((row) => row['a'])], [4, 2, ['1', '7']]);
  assert.deepEqual(
    result.rules.map(({ rule, count, firstRow }) => [rule, count, firstRow]),
    [
      ['line', 1, 2],
      ['line', 1, 3],
    ],
  );
  const told = await profile(path).then(
    (columns) => columns.length,
    (error: unknown) => error,
  );
  assert.ok(typeof told === 'number' || says(/f1\.csv/)(told), String(told));
});

test('NUL bytes are ordinary values', async () => {
  const { result, valid } = await validate(file('a,b\n1,x\u0000y\n2,z\n'), text('a', 'b'));
  assert.deepEqual([result.invalidRows, valid.map((row) => row['b'])], [0, ['x\u0000y', 'z']]);
});

test('mixed encodings are rejected with the line', async () => {
  const mixed = Buffer.concat([Buffer.from('a,b\n1,é\n'), Buffer.from('ü,2\n', 'latin1'), Buffer.from('3,ok\n')]);
  await assert.rejects(validate(file(mixed), text('a', 'b')), says(/line 3: the text is not UTF-8 here/));
  await assert.rejects(profile(file(mixed)), says(/line 3: the text is not UTF-8/));
});

test('a byte order mark, CRLF and bare CR change nothing', async () => {
  for (const content of ['\ufeffa,b\n1,2\n3,4\n', 'a,b\r\n1,2\r\n3,4\r\n', 'a,b\r1,2\r3,4\r']) {
    assert.deepEqual(
      (await profile(file(content))).map(({ name, rows, distinct }) => [name, rows, distinct]),
      [
        ['a', 2, 2],
        ['b', 2, 2],
      ],
      JSON.stringify(content),
    );
  }
});

const wide = rounds(10_000);
test('thousands of columns are profiled and validated', async () => {
  const names = Array.from({ length: wide }, (_, i) => `c${i}`);
  const path = file(
    `${names.join(',')}\n${Array.from({ length: 5 }, (_, r) => names.map((_name, i) => (i * r) % 7).join(',')).join('\n')}\n`,
  );
  await db.run(`CREATE TEMP TABLE wide AS ${await typedSelect(db, [path], null)}`);
  const columns = await profileTable(db, 'wide');
  assert.deepEqual([columns.length, columns.at(-1)?.name, columns[3]?.numbers?.max], [wide, `c${wide - 1}`, 6]);
  await db.run('DROP TABLE wide');
  const schema: DatasetSchema = {
    fields: names.map((name, i): Field =>
      i % 50 === 3 ? { name, type: 'integer', constraints: { maximum: name === 'c3' ? 5 : 6 } } : { name, type: 'any' },
    ),
  };
  const raw = rawSource([path], schema);
  const result = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
  assert.deepEqual(
    [result.rows, result.rules.map(({ field, rule, count }) => [field, rule, count])],
    [5, [['c3', 'maximum', 1]]],
  );
});

test('a line of a gigabyte is rejected without being loaded', async () => {
  const path = join(folder, 'line.csv');
  const handle = openSync(path, 'w');
  writeSync(handle, 'a,b\n');
  const chunk = Buffer.alloc(64 << 20, 'x');
  for (let i = 0; i < rounds(16); i++) writeSync(handle, chunk);
  closeSync(handle);
  const before = process.memoryUsage.rss();
  await assert.rejects(profile(path), says(/line\.csv.*(line size|longer than 16 MB)/is));
  await assert.rejects(
    validate(path, text('a', 'b')),
    says(/line\.csv: a line that starts at byte 4 is longer than 16 MB/),
  );
  assert.ok(process.memoryUsage.rss() - before < 700 << 20);
  truncateSync(path, 0);
});

test('dates in three formats are text without a schema, and checked one by one with a format', async () => {
  const path = file('d,n\n2026-01-31,1\n31.01.2026,2\n01/31/2026,3\n');
  assert.equal((await profile(path))[0]?.type, 'string');
  const { result, invalid } = await validate(path, { fields: [{ name: 'd', type: 'date' }] });
  assert.deepEqual([result.validRows, invalid.map((row) => row['d'])], [1, ['31.01.2026', '01/31/2026']]);
  assert.deepEqual(
    (await validate(path, { fields: [{ name: 'd', type: 'date', format: '%d.%m.%Y' }] })).valid.map((row) => row['d']),
    ['2026-01-31'],
  );
  assert.deepEqual((await inferFiles(db, [path])).schema.fields[0]?.type, 'string');
});

test('nested Parquet is profiled, related, inferred and compared', async () => {
  const path = join(folder, 'nested.parquet');
  await db.run(
    `COPY (SELECT i, {'a': i, 'b': [i, NULL]} AS o, [[i]] AS l, MAP {'k': i} AS m, NULL::INTEGER AS nothing, INTERVAL (i) DAY AS span, '\\xAB'::BLOB AS bytes, i::DECIMAL(38, 9) AS wide, i::HUGEINT AS huge, uuid() AS u, TIME '10:00' AS t FROM range(200) t(i)) TO ${quoteLiteral(path)} (FORMAT parquet)`,
  );
  const columns = await profile(path);
  assert.deepEqual(
    columns.map(({ name, rows, missing }) => [name, rows, missing]),
    ['i', 'o', 'l', 'm', 'nothing', 'span', 'bytes', 'wide', 'huge', 'u', 't'].map((name) => [
      name,
      200,
      name === 'nothing' ? 200 : 0,
    ]),
  );
  await inferSchema(db, sourceSql([path]), { guess: true });
  await relationsOf(db, sourceSql([path]), { target: 'i' });
  const { columns: compared } = await compareTables(db, sourceSql([path]), sourceSql([path]), {
    profile: 'loopwright',
  });
  assert.ok(compared.every(({ drifted }) => !drifted));
});

test('empty files', async () => {
  await assert.rejects(profile(file('')), says(/the file is empty/));
  await assert.rejects(profile(file('\n\n')), says(/only blank lines/));
  await assert.rejects(profile(file('', 'parquet')), says(/the file is empty/));
  const none = file('a,b\n');
  assert.deepEqual(
    (await profile(none)).map(({ name, rows, missing, distinct }) => [name, rows, missing, distinct]),
    [
      ['a', 0, 0, 0],
      ['b', 0, 0, 0],
    ],
  );
  const { result } = await validate(none, { ...text('a', 'b'), primaryKey: 'a', loopwright: { rows: { min: 1 } } });
  assert.deepEqual([result.rows, result.rules, result.tableProblems.map(({ rule }) => rule)], [0, [], ['rows']]);
  assert.deepEqual((await relationsOf(db, sourceSql([none]), { target: 'b' })).relevance, []);
  await assert.rejects(compareTables(db, sourceSql([none]), sourceSql([none]), { profile: 'loopwright' }), DataError);
});

test('a truncated Parquet file, and a file that is not Parquet', async () => {
  const whole = join(folder, 'whole.parquet');
  await db.run(`COPY (SELECT range AS i FROM range(10000)) TO ${quoteLiteral(whole)} (FORMAT parquet)`);
  const cut = join(folder, 'cut.parquet');
  copyFileSync(whole, cut);
  truncateSync(cut, 500);
  for (const path of [cut, file('a,b\n1,2\n', 'parquet')])
    await assert.rejects(profile(path), says(/not a whole Parquet file|Parquet/));
});

test('names of columns and files that hold SQL, quotes, dots, spaces and emoji', async () => {
  const names = [
    `a"b'; DROP TABLE x; --`,
    'with space',
    'dot.ted',
    '🦊',
    'select',
    '%s $1 ?',
    `\\"`,
    `');--`,
    '_file_',
    'row',
    'count',
    'v',
    'n',
  ];
  const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
  const path = join(folder, `it's a "file"; DROP TABLE y; -- 🦊.csv`);
  writeFileSync(
    path,
    `${header}\n${Array.from({ length: 120 }, (_, r) => names.map((name, i) => (i % 2 === 0 ? r * (i + 1) : `"${name.replaceAll('"', '""')} ${r % 3}"`)).join(',')).join('\n')}\n`,
  );
  const columns = await profile(path);
  assert.deepEqual(
    columns.map(({ name, missing }) => [name, missing]),
    names.map((name) => [name, 0]),
  );
  const schema = await inferSchema(db, sourceSql([path]), { guess: true });
  assert.deepEqual(
    schema.fields.map(({ name }) => name),
    names,
  );
  assert.equal((await validate(path, schema)).result.invalidRows, 0);
  for (const target of names) await relationsOf(db, sourceSql([path]), { target });
  for (const name of ['loopwright', 'evidently', 'tfdv', 'nannyml'] as const) {
    const { columns: compared } = await compareTables(db, sourceSql([path]), sourceSql([path]), { profile: name });
    assert.deepEqual(compared.map(({ column }) => column).toSorted(), names.toSorted());
  }
  const categories = [`it's`, `"; DROP TABLE x; --`, '🦊', `' OR 1=1 --`];
  const { result } = await validate(
    file(`k\n${categories.map((value) => `"${value.replaceAll('"', '""')}"`).join('\n')}\nother\n`),
    {
      fields: [
        {
          name: 'k',
          type: 'string',
          categories,
          constraints: { enum: categories, pattern: `.*('|;|🦊|"|x).*` },
          missingValues: [`'); DROP TABLE x; --`],
        },
      ],
    },
  );
  assert.deepEqual(
    result.rules.map(({ rule, count, firstValue }) => [rule, count, firstValue]),
    [
      ['pattern', 1, 'other'],
      ['enum', 1, 'other'],
      ['categories', 1, 'other'],
    ],
  );
  assert.ok(quoteIdentifier(`a"b`) === `"a""b"`);
});

test('a truncated gzip file is rejected rather than partly read', async () => {
  const whole = gzipSync(`id,x\n${Array.from({ length: 50_000 }, (_, i) => `${i},${i * 7919}`).join('\n')}\n`);
  await checkFiles([file(whole, 'csv.gz')]);
  for (const cut of [whole.length - 3, Math.floor(whole.length / 2)])
    await assert.rejects(
      checkFiles([file(whole.subarray(0, cut), 'csv.gz')]),
      says(/not a complete gzip file .*truncated/),
    );
  await assert.rejects(checkFiles([file('a,b\n1,2\n', 'csv.gz')]), says(/not a complete gzip file/));
});

test('data is valid for the schema inferred from it', async () => {
  const columns = {
    yes: ['yes', 'no'],
    t: ['t', 'f'],
    odd: ['tRuE', 'false'],
    inf: ['inf', '-inf', '1.5', 'nan', '1e400', '0', '7'],
    date: ['31.01.2026', '01.02.2026'],
    big: ['18446744073709551615', '1', '2'],
    gap: ['', '5', '6', '7'],
  };
  const names = Object.keys(columns);
  const path = file(
    `${names.join(',')}\n${Array.from({ length: 40 }, (_, r) =>
      Object.values(columns)
        .map((values) => values[r % values.length])
        .join(','),
    ).join('\n')}\n`,
  );
  const { schema } = await inferFiles(db, [path]);
  const { result } = await validate(path, schema);
  assert.deepEqual(
    result.rules.map(({ message }) => message),
    [],
  );
  assert.deepEqual(
    schema.fields.slice(0, 2).map(({ trueValues, falseValues }) => [trueValues, falseValues]),
    [
      [['yes'], ['no']],
      [['t'], ['f']],
    ],
  );
  const parquet = join(folder, 'inferred.parquet');
  await db.run(
    `COPY (SELECT 18446744073709551615::UBIGINT AS u, INTERVAL (i) DAY AS span, i / 3 AS x FROM range(10) t(i)) TO ${quoteLiteral(parquet)} (FORMAT parquet)`,
  );
  const inferred = await inferSchema(db, sourceSql([parquet]), { guess: true });
  assert.deepEqual(
    (await validate(parquet, inferred)).result.rules.map(({ message }) => message),
    [],
  );
});

test('reserved names: _file is rejected with an action, _row and _reasons are kept', async () => {
  await assert.rejects(
    validate(file('id,_file\n1,x\n'), text('id', '_file')),
    says(/the column _file is reserved by Loopwright/),
  );
  const { invalid } = await validate(file('id,_row,_reasons\nx,7,mine\n'), {
    fields: [{ name: 'id', type: 'integer' }],
  });
  assert.deepEqual(
    [invalid[0]?.['_row'], invalid[0]?.['_row (data)'], invalid[0]?.['_reasons (data)']],
    [1, '7', 'mine'],
  );
});
