import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openDatabase } from '../../engine/data/database.ts';
import { expandGlob } from '../../engine/data/expandGlob.ts';
import { hashFile, hashFiles } from '../../engine/data/hashFile.ts';
import { columnsOf } from '../../engine/data/inspectColumns.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { writeCsv, writeParquet } from '../../engine/data/writeTable.ts';
import { DataError, WorkError } from '../../engine/base/errors.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 2 });
after(() => db.close());

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const fails = (name: string, about: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DataError, String(error));
  assert.match(error.message, about);
  assert.ok(error.message.includes(name), error.message);
  return true;
};

test('text formats are read the same, columns matched by name', async () => {
  const files = [file('a.csv', 'a,b\n1,x\n'), file('b.csv', 'b,a\ny,2\n')];
  assert.deepEqual(await db.rows(`SELECT a, b FROM ${sourceSql(files)} ORDER BY a`), [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]);
  const same = [
    file('c.tsv', 'a\tb\n1\tx\n'),
    file('d.csv', 'a;b\n1;x\n'),
    file('e.csv.gz', gzipSync('a,b\n1,x\n')),
    file('f.jsonl', '{"a":1,"b":"x"}\n'),
    file('g.json', '[{"a":1,"b":"x"}]'),
    file('h.csv', '\uFEFFa,b\r\n1,x\r\n'),
  ];
  for (const one of same) assert.deepEqual(await db.rows(`SELECT * FROM ${sourceSql([one])}`), [{ a: 1, b: 'x' }], one);
});

test('all-text reading keeps the text as written and adds the file', async () => {
  const path = file('text.csv', 'a,b\n007,\n1.50,"q ""z"""\n3\n');
  assert.deepEqual(await db.rows(`SELECT * FROM ${sourceSql([path], { allText: true })}`), [
    { a: '007', b: null, _file: path },
    { a: '1.50', b: 'q "z"', _file: path },
    { a: '3', b: null, _file: path },
  ]);
  assert.deepEqual(
    (await columnsOf(db, sourceSql([path], { allText: true }))).map(({ name, type }) => [name, type]),
    [
      ['a', 'string'],
      ['b', 'string'],
    ],
  );
});

test('an unreadable file is reported with its name and the reason', async () => {
  assert.throws(() => sourceSql([]), /no file to read/);
  assert.throws(() => sourceSql([join(folder, 'none.csv')]), fails('none.csv', /does not exist/));
  assert.throws(() => sourceSql([file('x.xlsx', 'x')]), fails('x.xlsx', /cannot be read as a table/));
  assert.throws(() => sourceSql([file('empty.csv', '')]), fails('empty.csv', /empty/));
  assert.throws(() => sourceSql([file('m.csv', 'a\n1\n'), file('m.jsonl', '{}')]), fails('m.csv', /different formats/));
  mkdirSync(join(folder, 'dir.csv'));
  assert.throws(() => sourceSql([join(folder, 'dir.csv')]), fails('dir.csv', /folder/));
  const broken: [string, string | Buffer, RegExp][] = [
    ['long.csv', 'a,b\n1,2\n3,4,5\n', /line 3: .*3 fields.*2/],
    ['bad.parquet', 'garbage-garbage', /Parquet/],
    ['bad.jsonl', '{"a":1}\n{"a":\n', /JSON/],
    ['bad.csv.gz', 'garbage', /cannot be read|gzip/],
  ];
  for (const [name, content, about] of broken) {
    const path = file(name, content);
    await assert.rejects(
      async () => db.rows(`SELECT * FROM ${sourceSql([path], { allText: true })}`),
      fails(name, about),
    );
  }
});

test('globs return sorted files, hashes follow content and name', async () => {
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  for (const name of ['deep/b.csv', 'deep/a.csv', 'deep/er/c.csv', 'deep/x.txt']) file(name, name);
  const names = async (pattern: string) =>
    (await expandGlob(folder, pattern)).map((path) => path.slice(folder.length + 1));
  assert.deepEqual(await names('deep/*.csv'), ['deep/a.csv', 'deep/b.csv']);
  assert.deepEqual(await names('deep/**/*.csv'), ['deep/a.csv', 'deep/b.csv', 'deep/er/c.csv']);
  assert.deepEqual(await names('deep/[ab].csv'), ['deep/a.csv', 'deep/b.csv']);
  assert.deepEqual(await names('deep/?.txt'), ['deep/x.txt']);
  assert.deepEqual(await names('deep/a.csv'), ['deep/a.csv']);
  assert.deepEqual(await names('none/*.csv'), []);
  assert.equal(
    (await hashFile(file('abc.txt', 'abc'))).hash,
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  const [a = '', b = ''] = await expandGlob(folder, 'deep/*.csv');
  assert.deepEqual(await hashFiles([a, b], folder), await hashFiles([b, a], folder));
  assert.notEqual((await hashFiles([a], folder)).hash, (await hashFiles([b], folder)).hash);
  await assert.rejects(hashFile(join(folder, 'nope')), DataError);
});

test('tables are written whole or not at all', async () => {
  const path = join(folder, 'new/deep/out.parquet');
  await writeParquet(db, "SELECT 1 AS a, TIMESTAMP '2026-01-01' AS at", path);
  assert.deepEqual(await db.rows(`SELECT a FROM ${sourceSql([path])}`), [{ a: 1 }]);
  await writeCsv(db, "SELECT 1 AS a, TIMESTAMP '2026-01-01 10:00:00' AS at", join(folder, 'new/out.csv'));
  assert.deepEqual(await db.rows(`SELECT a, "at" FROM ${sourceSql([join(folder, 'new/out.csv')])}`), [
    { a: 1, at: Date.UTC(2026, 0, 1, 10) },
  ]);
  await assert.rejects(writeParquet(db, "SELECT error('stop')", join(folder, 'new/no.parquet')), WorkError);
  assert.deepEqual(await expandGlob(folder, 'new/**/*no.parquet*'), []);
});
