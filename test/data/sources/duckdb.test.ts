// Tried: wide integers that fit 64 bits, 38 digits and neither; intervals, bits, enums, bytes, lists, structs, times with
// an offset, nanoseconds; a file with a write-ahead log of a killed writer; a file that another process holds, of a newer
// version, cut, of another program, encrypted-like, a folder, missing; watermarks of each kind; several catalog names.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { newestSnapshot } from '../../../engine/tracking/snapshots.ts';
import { makeProject, writeFiles } from '../../helpers/makeProject.ts';
import { peekIn } from '../../helpers/peekIn.ts';
import { sampled } from '../../helpers/rounds.ts';
import { runIn } from '../../helpers/runIn.ts';

function project(from: string, files: Record<string, string> = {}) {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets: { items: { path: data/items.parquet } }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: ${from} } }\n`,
    ...files,
  });
  const runner = runIn(root);
  return {
    ...runner,
    pull: async () => {
      const { error, stages } = await runner.run({ stages: ['pull'] });
      return error?.message ?? stages[0]?.summary;
    },
  };
}

const source = (query: string, more = '') => `{ duckdb: shop.duckdb, query: ${JSON.stringify(query)}${more} }`;

/** Runs statements in a DuckDB file. */
async function write(root: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(join(root, 'shop.duckdb'));
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    for (const statement of statements) await connection.run(statement);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test('every type keeps its digits', async () => {
  const p = project(source('SELECT * FROM kinds ORDER BY id'));
  await write(
    p.root,
    `CREATE TABLE kinds AS SELECT 1 AS id, 170141183460469231731687303715884105727::HUGEINT AS h39, 12345678901234567890123456789012345678::HUGEINT AS h38, 7::HUGEINT AS h, 18446744073709551615::UBIGINT AS u, 123.45::DECIMAL(38,10) AS d, [1, 2] AS l, {'a': [170141183460469231731687303715884105727::HUGEINT]} AS s, INTERVAL '1 day 3 seconds 5 microseconds' AS iv, TIMETZ '12:00:00+02' AS tz, TIMESTAMPTZ '2026-01-01 02:00:00.5+02' AS at, TIMESTAMP_NS '2026-01-01 00:00:00.123456789' AS ns, '101'::BIT AS b, '\\xFF\\x00'::BLOB AS bytes, 'x'::ENUM('y', 'x') AS e, '00000000-0000-0000-0000-000000000001'::UUID AS uu, '' AS t, 'infinity'::DOUBLE AS f`,
    'INSERT INTO kinds (id) VALUES (2)',
  );
  assert.equal(await p.pull(), '2 rows');
  const [row, empty] = await p.rows(
    'data/items.parquet',
    `SELECT * REPLACE (${['h38', 'u', 'd', 'at', 'ns', 'l', 'f'].map((name) => `"${name}"::VARCHAR AS "${name}"`).join(', ')}) FROM data ORDER BY id`,
  );
  assert.deepEqual(row, {
    id: 1,
    h39: '170141183460469231731687303715884105727',
    h38: '12345678901234567890123456789012345678',
    h: 7,
    u: '18446744073709551615',
    d: '123.4500000000',
    l: '[1, 2]',
    s: '{"a":[170141183460469231731687303715884105727]}',
    iv: '1 day 00:00:03.000005',
    tz: '12:00:00+02',
    at: '2026-01-01 00:00:00.5',
    ns: '2026-01-01 00:00:00.123456789',
    b: '101',
    bytes: '/wA=',
    e: 'x',
    uu: '00000000-0000-0000-0000-000000000001',
    t: '',
    f: 'inf',
  });
  assert.deepEqual(Object.values(empty ?? {}), [2, ...Array.from({ length: 17 }, () => null)]);
  const types = new Map(newestSnapshot(p.store, 'items')?.columns.map(({ name, sqlType }) => [name, sqlType]));
  assert.deepEqual(
    ['h39', 'h38', 'h', 'u', 'at'].map((name) => types.get(name)),
    ['VARCHAR', 'DECIMAL(38,0)', 'BIGINT', 'UBIGINT', 'TIMESTAMP'],
  );
});

test('a watermark of any kind reads only what is new; the catalog has the name of the file', async () => {
  const kinds: [type: string, first: string, next: string][] = [
    ['BIGINT', '9007199254740992', '9007199254740993'],
    ['HUGEINT', '170141183460469231731687303715884105726', '170141183460469231731687303715884105727'],
    ['DECIMAL(38,10)', '1.0000000001', '1.0000000002'],
    ['DOUBLE', '0.1', '0.30000000000000004'],
    ['TIMESTAMP', `'2026-01-01 00:00:00.000001'`, `'2026-01-01 00:00:00.000002'`],
    ['TIMESTAMPTZ', `'2026-01-01 02:00:00+02'`, `'2026-01-01 00:00:00.000001+00'`],
    ['TIMESTAMP_NS', `'2026-01-01 00:00:00.000000001'`, `'2026-01-01 00:00:00.000000002'`],
    ['DATE', `'2026-01-01'`, `'2026-01-02'`],
    ['VARCHAR', `'it''s "a" \\'`, `'it''s "b"'`],
    [`ENUM('z', 'a')`, `'z'`, `'a'`],
  ];
  const p = project(source('SELECT * FROM shop.main.marks', ', watermark: w'));
  for (const [type, first, next] of sampled(kinds)) {
    await write(
      p.root,
      `CREATE OR REPLACE TABLE marks (n INTEGER, w ${type})`,
      `INSERT INTO marks VALUES (1, ${first})`,
    );
    assert.equal((await p.run({ stages: ['pull'], force: true })).stages[0]?.summary, '1 rows', type);
    await write(p.root, 'CREATE OR REPLACE TABLE other AS SELECT random() AS r');
    assert.equal(await p.pull(), '1 rows · nothing new', type);
    await write(p.root, `INSERT INTO marks VALUES (2, ${next})`);
    assert.equal(await p.pull(), '2 rows · 1 added', type);
  }
  await write(p.root, `CREATE OR REPLACE TABLE marks AS SELECT 1 AS n, 'nan'::DOUBLE AS w`);
  assert.match((await p.run({ stages: ['pull'], force: true })).error?.message ?? '', /highest w is nan/);
  await write(p.root, 'CREATE OR REPLACE TABLE marks AS SELECT 1 AS n, [1] AS w');
  assert.match(
    (await p.run({ stages: ['pull'], force: true })).error?.message ?? '',
    /INTEGER\[\], which has no useful order/,
  );
});

test('rows in the log of a killed writer are read; a file that is held is told', async () => {
  const p = project(source('SELECT count(*) AS n FROM items'));
  await write(p.root, 'CREATE TABLE items AS SELECT range AS id FROM range(5)');
  const script = join(p.root, 'writer.mjs');
  writeFileSync(
    script,
    `import { DuckDBInstance } from ${JSON.stringify(import.meta.resolve('@duckdb/node-api'))};
const instance = await DuckDBInstance.create('shop.duckdb');
const connection = await instance.connect();
await connection.run('INSERT INTO items VALUES (6)');
console.log('held');
setInterval(() => instance, 1000);\n`,
  );
  const writer = spawn(process.execPath, [script], { cwd: p.root, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(writer.stdout, 'data');
  assert.match(
    (await p.pull()) ?? '',
    new RegExp(
      `\`shop\\.duckdb\` is open for writing in another program \\(node, process ${writer.pid}\\).*Close it there`,
    ),
  );
  await assert.rejects(peekIn(p.root, { duckdb: 'shop.duckdb', query: 'FROM items' }), /open for writing/);
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  assert.ok(readdirSync(p.root).includes('shop.duckdb.wal'));
  assert.equal(await p.pull(), '1 rows');
  assert.deepEqual(await p.rows('data/items.parquet'), [{ n: 6 }]);
  assert.ok(readdirSync(p.root).includes('shop.duckdb.wal'), 'nothing was written');
});

test('a file that is no database, damaged or of a newer version, and a wrong query are told with their place', async () => {
  const p = project(source('sql/q.sql'), { 'sql/q.sql': 'SELECT id,\n  pric\nFROM items\n' });
  await write(p.root, 'CREATE TABLE items AS SELECT range AS id, range * 2 AS price FROM range(5)');
  const good = readFileSync(join(p.root, 'shop.duckdb'));
  const { error } = await p.run({ stages: ['pull'] });
  assert.match(error?.message ?? '', /`sql\/q\.sql` failed: Referenced column "pric" not found.*`price`/);
  assert.deepEqual([error?.place?.file, error?.place?.line], ['sql/q.sql', 2]);
  const told = async (sql: string) => {
    writeFiles(p.root, { 'sql/q.sql': sql });
    return (await p.pull()) ?? '';
  };
  assert.match(await told('SELECT * FROM itms'), /Table with name itms does not exist\. Did you mean `items`\?/);
  assert.match(await told('SELECT 1 AS a\nFORM items'), /syntax error/);
  assert.match(await told('DROP TABLE items'), /exactly one SELECT/);
  assert.match(await told('SELECT 1 AS a, 2 AS "A"'), /returns the column `A` twice/);
  assert.match(await told('SELECT id::VARCHAR::DATE AS d FROM items'), /failed: .*date/i);
  writeFiles(p.root, { 'sql/q.sql': 'FROM items' });
  const broken = async (bytes: Buffer) => {
    writeFileSync(join(p.root, 'shop.duckdb'), bytes);
    return (await p.pull()) ?? '';
  };
  assert.match(await broken(Buffer.from('id,price\n'.repeat(9000))), /`shop\.duckdb` is not a DuckDB database/);
  assert.match(await broken(good.subarray(0, 9000)), /is damaged or incomplete/);
  assert.match(await broken(withVersion(good, 99n)), /storage version 99, which this DuckDB does not read/);
  const missing = project('{ duckdb: none.duckdb, query: SELECT 1 AS a }');
  assert.match((await missing.pull()) ?? '', /There is no database `none\.duckdb`/);
  mkdirSync(join(missing.root, 'none.duckdb'));
  assert.match((await missing.pull()) ?? '', /is a folder, not a DuckDB file/);
});

/** A file with another version in its main header, whose checksum is that of DuckDB. */
function withVersion(file: Buffer, version: bigint): Buffer {
  const changed = Buffer.from(file);
  assert.equal(changed.readBigUInt64LE(0), checksum(changed.subarray(8, 4096)), 'this is how DuckDB makes it');
  changed.writeBigUInt64LE(version, 12);
  changed.writeBigUInt64LE(checksum(changed.subarray(8, 4096)), 0);
  return changed;
}

function checksum(bytes: Buffer): bigint {
  let result = 5381n;
  for (let i = 0; i < bytes.length; i += 8)
    result ^= BigInt.asUintN(64, bytes.readBigUInt64LE(i) * 0xbf58476d1ce4e5b9n);
  return result;
}

test('a preview shows rows, types, size and freshness', async () => {
  const p = project(source('FROM items'));
  await write(
    p.root,
    `CREATE TABLE items AS SELECT range AS id, TIMESTAMP '2026-01-01' + INTERVAL (range) DAY AS at FROM range(5)`,
  );
  const peek = await peekIn(
    p.root,
    { duckdb: 'shop.duckdb', query: 'FROM items', watermark: 'at' },
    { rows: 1, since: { column: 'at', value: '2026-01-03 00:00:00', kind: 'text' } },
  );
  assert.deepEqual(peek.rows, [['3', '2026-01-04 00:00:00']]);
  assert.deepEqual(
    [peek.total, peek.newest, peek.columns],
    [
      2,
      '2026-01-05T00:00:00.000Z',
      [
        { name: 'id', type: 'BIGINT' },
        { name: 'at', type: 'TIMESTAMP' },
      ],
    ],
  );
  const plain = await peekIn(p.root, { duckdb: 'shop.duckdb', query: 'SELECT id FROM items' }, { rows: 2 });
  assert.deepEqual([plain.total, plain.rows, plain.newest], [5, [['0'], ['1']], undefined]);
  assert.match(peek.about, /^DuckDB file shop\.duckdb, .* read by DuckDB 1\./);
});
