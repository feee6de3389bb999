import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { loadProject } from '../../../engine/project/loadProject.ts';
import { stageStatuses } from '../../../engine/runner/stageStatus.ts';
import { listSnapshots, newestSnapshot } from '../../../engine/tracking/snapshots.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runIn } from '../../helpers/runIn.ts';

function project(from: string, make: (db: Database.Database) => void, schema?: string) {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets: { items: { path: data/items.parquet${schema ? ', schema: items.dataset.yaml' : ''} } }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: ${from} } }\n`,
    ...(schema ? { 'items.dataset.yaml': schema } : {}),
  });
  const change = (work: (db: Database.Database) => void) => {
    const db = new Database(join(root, 'app.db'));
    work(db);
    db.close();
  };
  change(make);
  const runner = runIn(root);
  const summary = async (request = {}) => {
    const {
      stages: [stage],
      error,
    } = await runner.run(request);
    return error?.message ?? stage?.summary;
  };
  return { ...runner, change, summary };
}

test('the values of a column decide its type, and no information is lost', async () => {
  const p = project('{ sqlite: app.db, query: "SELECT * FROM t ORDER BY rowid" }', (db) => {
    db.exec(
      `CREATE TABLE t (whole INTEGER, long INTEGER, real REAL, mixed, "odd ""name'; DROP TABLE t; -- 😀" TEXT, bytes BLOB, none TEXT)`,
    );
    const add = db.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)');
    add.run(1, 9223372036854775807n, 0.1, 1, 'a', Buffer.from([0xde, 0xad]), null);
    add.run(-5, 9007199254740993n, 1e15, 'x', '', null, null);
    add.run(null, null, Number.POSITIVE_INFINITY, null, 'line\r\nbreak, "q"', null, null);
  });
  assert.equal(await p.summary(), '3 rows');
  const rows = await p.rows('data/items.parquet', 'SELECT * REPLACE (long::VARCHAR AS long) FROM data');
  const odd = `odd "name'; DROP TABLE t; -- 😀`;
  assert.deepEqual(rows, [
    { whole: 1, long: '9223372036854775807', real: 0.1, mixed: '1', [odd]: 'a', bytes: '3q0=', none: null },
    { whole: -5, long: '9007199254740993', real: 1e15, mixed: 'x', [odd]: '', bytes: null, none: null },
    {
      whole: null,
      long: null,
      real: Number.POSITIVE_INFINITY,
      mixed: null,
      [odd]: 'line\r\nbreak, "q"',
      bytes: null,
      none: null,
    },
  ]);
  assert.deepEqual(
    newestSnapshot(p.store, 'items')?.columns.map(({ sqlType }) => sqlType),
    ['BIGINT', 'BIGINT', 'DOUBLE', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR'],
  );
});

test('the stage is stale when the database changes, also while its rows are still in the write-ahead log', async () => {
  const p = project('{ sqlite: app.db, query: "SELECT * FROM t", watermark: id }', (db) =>
    db.exec(
      'PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER, w TEXT); INSERT INTO t VALUES (1, NULL), (2, NULL)',
    ),
  );
  assert.equal(await p.summary(), '2 rows');
  const state = () => stageStatuses(loadProject(p.root), p.store)[0];
  assert.equal(state()?.state, 'fresh');
  const open = new Database(join(p.root, 'app.db'));
  open.exec("INSERT INTO t VALUES (3, 'new')");
  assert.equal(state()?.state, 'stale', JSON.stringify(state()));
  assert.equal(await p.summary(), '3 rows · 1 added');
  open.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  open.close();
  assert.equal(await p.summary(), '3 rows · nothing new');
  assert.equal(state()?.state, 'fresh');
  assert.equal(listSnapshots(p.store, 'items').length, 2);
});

test('watermarks of texts, numbers and nothing; rows of one key count once', async () => {
  const schema =
    'primaryKey: id\nfields: [{ name: id, type: integer }, { name: v, type: string }, { name: at, type: string }]\nloopwright: { rows: { min: 3 } }\n';
  const p = project(
    '{ sqlite: app.db, query: "SELECT * FROM t", watermark: at, batch: 2 }',
    (db) =>
      db.exec(
        "CREATE TABLE t (id INTEGER, v TEXT, at TEXT); INSERT INTO t VALUES (1, 'old', '2026-01-01'), (1, 'new', '2026-01-03'), (2, 'b', '2026-01-02'), (3, 'c', NULL)",
      ),
    schema,
  );
  assert.equal(await p.summary(), '3 rows');
  assert.ok(p.logs.some((line) => /1 rows have no at/.test(line)));
  assert.deepEqual(newestSnapshot(p.store, 'items')?.state?.watermark, {
    column: 'at',
    value: '2026-01-03',
    kind: 'text',
  });
  // One row is below the minimum of the schema, but the whole table counts.
  p.change((db) => db.exec("INSERT INTO t VALUES (2, 'B', '2026-01-03'), (NULL, 'x', '2026-01-04')"));
  assert.equal(await p.summary(), '3 rows · 0 added · 1 replaced · 1 quarantined');
  assert.deepEqual(
    (await p.rows('data/items.parquet', 'SELECT id, v FROM data ORDER BY id')).map(({ id, v }) => [id, v]),
    [
      [1, 'new'],
      [2, 'B'],
      [3, 'c'],
    ],
  );
  const numbers = project('{ sqlite: app.db, query: "SELECT * FROM t", watermark: n }', (db) =>
    db.exec('CREATE TABLE t (n REAL); INSERT INTO t VALUES (0.1), (0.30000000000000004)'),
  );
  assert.equal(await numbers.summary(), '2 rows');
  numbers.change((db) => db.exec('INSERT INTO t VALUES (0.3), (0.5)'));
  assert.equal(await numbers.summary(), '3 rows · 1 added');
});

test('a crash between writing and recording neither loses nor doubles rows', async () => {
  const p = project('{ sqlite: app.db, query: "SELECT * FROM t", watermark: id }', (db) =>
    db.exec('CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1), (2)'),
  );
  await p.summary();
  p.change((db) => db.exec('INSERT INTO t VALUES (3)'));
  await p.summary();
  // As if the process had been killed after the file was in place and before its version was recorded …
  p.store.sql.run('DELETE FROM snapshots WHERE rowid = (SELECT max(rowid) FROM snapshots)');
  assert.equal((await p.run()).status, 'fresh', 'the lock says that all is done');
  p.change((db) => db.exec('INSERT INTO t VALUES (4)'));
  assert.equal(await p.summary(), '4 rows · 2 added');
  // … or the other way round.
  writeFileSync(join(p.root, 'data/items.parquet'), 'half');
  assert.equal(await p.summary(), '4 rows · nothing new');
  assert.deepEqual(
    (await p.rows('data/items.parquet', 'SELECT id FROM data ORDER BY id')).map(({ id }) => id),
    [1, 2, 3, 4],
  );
  // When neither the file nor its copy is unchanged, all rows are read again.
  rmSync(join(p.root, '.loopwright/snapshots'), { recursive: true });
  writeFileSync(join(p.root, 'data/items.parquet'), 'half');
  p.change((db) => db.exec('INSERT INTO t VALUES (5)'));
  assert.equal(await p.summary(), '5 rows');
});

test('an unreadable source is reported with an action', async () => {
  const told = async (
    from: string,
    make: (db: Database.Database) => void = (db) => db.exec('CREATE TABLE t (id INTEGER, at TEXT)'),
  ) => (await project(from, make).run()).error?.message ?? '';
  assert.match(await told('{ sqlite: none.db, query: "SELECT 1" }'), /There is no database `none\.db`/);
  assert.match(
    await told('{ sqlite: loopwright.yaml, query: "SELECT 1" }'),
    /`loopwright\.yaml` is not a SQLite database/,
  );
  assert.match(
    await told('{ sqlite: app.db, query: "SELECT missing FROM t" }'),
    /The query failed: no such column: missing/,
  );
  assert.match(
    await told('{ sqlite: app.db, query: "DELETE FROM t" }'),
    /The query failed: near "DELETE": syntax error/,
  );
  assert.match(
    await told('{ sqlite: app.db, query: "SELECT id FROM t", watermark: ids }'),
    /The watermark `ids` is not a column of the query\. Did you mean `id`/,
  );
  assert.match(
    await told('{ sqlite: app.db, query: "SELECT x\'00\' AS w", watermark: w }'),
    /The watermark w contains bytes/,
  );
  assert.equal(await told('{ sqlite: app.db, query: "SELECT * FROM t" }'), '', 'an empty result is not an error');
});

test('a million rows take little memory', { timeout: 300_000 }, async () => {
  const p = project('{ sqlite: app.db, query: "SELECT * FROM t" }', (db) =>
    db.exec(
      "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i, 'word ' || i AS word, i * 0.5 AS half FROM n",
    ),
  );
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed);
  }, 20);
  assert.equal(await p.summary(), '1,000,000 rows');
  clearInterval(watch);
  assert.ok(most < 200e6, `${(most / 1e6).toFixed(0)} MB`);
  assert.deepEqual(await p.rows('data/items.parquet', 'SELECT sum(i) AS i, sum(half) AS half FROM data'), [
    { i: 500_000_500_000, half: 250_000_250_000 },
  ]);
});
