/**
 * Folders as one table. Tried: Spark with `_SUCCESS`, `.crc` and hidden files; Hive partitions as text and numbers, with
 * encoded and missing values, also of files that are rewritten; part files without an extension; folders in folders; an
 * empty folder; mixed formats; Delta; names with wildcards in them.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { DataError } from '../../../engine/base/errors.ts';
import { openDatabase } from '../../../engine/data/database.ts';
import { expandGlob } from '../../../engine/data/expandGlob.ts';
import { quoteLiteral } from '../../../engine/data/quote.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { FileFingerprints } from '../../../engine/fingerprint/fileFingerprints.ts';
import { partFiles } from '../../../engine/data/reading/partFiles.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const root = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}
async function parquet(path: string, select: string): Promise<void> {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  await db.run(`COPY (${select}) TO ${quoteLiteral(join(root, path))} (FORMAT parquet)`);
}
const rows = async (folder: string, options = {}) =>
  db.rows(`SELECT * FROM ${sourceSql(await expandGlob(root, folder), { withFile: false, ...options })} ORDER BY ALL`);

test('an empty part has no rows, where another part has some', async () => {
  put('emptyPart/part-0.csv', 'a,b\n1,x\n');
  put('emptyPart/part-1.csv', '');
  assert.equal((await rows('emptyPart')).length, 1);
  assert.equal((await rows('emptyPart/*.csv')).length, 1);
  put('emptyParts/part-0.csv', '');
  put('emptyParts/part-1.csv', '');
  await assert.rejects(rows('emptyParts'), /the file is empty/);
});

test('a folder of Spark is one table', async () => {
  await parquet('spark/part-00000-a.snappy.parquet', 'SELECT 1 AS a');
  await parquet('spark/part-00001-a.snappy.parquet', 'SELECT 2 AS a');
  for (const name of ['_SUCCESS', '._SUCCESS.crc', '.part-00000-a.snappy.parquet.crc', '.DS_Store'])
    put(`spark/${name}`, 'x');
  put('spark/_temporary/0/part-00002.parquet', 'half');
  assert.deepEqual(await rows('spark'), [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(await rows('spark/'), [{ a: 1 }, { a: 2 }]);
  const listed = new FileFingerprints(root, null).expand('spark');
  assert.deepEqual(partFiles('spark', listed), [
    'spark/part-00000-a.snappy.parquet',
    'spark/part-00001-a.snappy.parquet',
  ]);
});

test('partitions of Hive become columns', async () => {
  put('hive/year=2024/city=S%C3%A3o/000000_0', '1\u0001x\n2\u0001y\n');
  put('hive/year=2025/city=__HIVE_DEFAULT_PARTITION__/000000_0', '3\u0001z\n4\u0001w\n');
  assert.deepEqual(await rows('hive'), [
    { column0: 1, column1: 'x', year: 2024, city: 'São' },
    { column0: 2, column1: 'y', year: 2024, city: 'São' },
    { column0: 3, column1: 'z', year: 2025, city: null },
    { column0: 4, column1: 'w', year: 2025, city: null },
  ]);
  put('months/year=2024/month=01/a.csv', 'a,b\n1,x\n');
  put('months/year=2024/month=12/a.csv', 'a,b\n2,y\n');
  assert.deepEqual(await rows('months', { allText: true }), [
    { a: '1', b: 'x', year: '2024', month: '01' },
    { a: '2', b: 'y', year: '2024', month: '12' },
  ]);
  put('latin/city=Köln/a.csv', Buffer.from('a;b\n1;M\xfcller\n', 'latin1'));
  put('latin/city=Bonn/a.csv', Buffer.from('a;b\n2;M\xfcller\n', 'latin1'));
  assert.deepEqual(await rows('latin', { allText: true }), [
    { a: '1', b: 'Müller', city: 'Köln' },
    { a: '2', b: 'Müller', city: 'Bonn' },
  ]);
  await parquet('typed/day=2024-01-02/p.parquet', 'SELECT 1 AS a');
  assert.deepEqual(await rows('typed'), [{ a: 1, day: '2024-01-02' }]);
});

test('part files without an extension are told by their content', async () => {
  await parquet('bare/part-00000', 'SELECT 1 AS a');
  assert.deepEqual(await rows('bare'), [{ a: 1 }]);
  put('lines/part-00000', '{"a":1}\n{"a":2}\n');
  assert.deepEqual(await rows('lines'), [{ a: 1 }, { a: 2 }]);
});

test('a folder that is no table has a reason', async () => {
  mkdirSync(join(root, 'empty/_temporary'), { recursive: true });
  assert.deepEqual(await expandGlob(root, 'empty'), []);
  put('mixed/a.csv', 'a\n1\n');
  put('mixed/b.jsonl', '{"a":1}\n');
  await assert.rejects(rows('mixed'), (error) => error instanceof DataError && /different formats/.test(error.message));
  await parquet('delta/part-00000.parquet', 'SELECT 1 AS a');
  put('delta/_delta_log/00000.json', '{}');
  await assert.rejects(rows('delta'), /Delta table, which also keeps the files of older versions/);
  put('avro/a.avro', 'Obj\u0001');
  await assert.rejects(rows('avro'), /convert it to Parquet/);
});

test('the name of an existing file is that file', async () => {
  for (const name of ['[a]x.csv', 'ax.csv', 'q?.csv', 'qq.csv', '{b,c}.csv', 'b.csv'])
    put(`names/${name}`, `a\n${name.length}\n`);
  for (const name of ['[a]x.csv', 'q?.csv', '{b,c}.csv']) {
    assert.deepEqual(await expandGlob(root, `names/${name}`), [join(root, 'names', name)]);
    assert.deepEqual(new FileFingerprints(root, null).expand(`names/${name}`), [`names/${name}`]);
    assert.deepEqual(await rows(`names/${name}`, { allText: true }), [{ a: String(name.length) }]);
  }
  assert.equal((await expandGlob(root, 'names/[ab].csv')).length, 1);
});
