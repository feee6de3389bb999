// Tried: SQLAlchemy over SQLite and MariaDB (pymysql), ADBC over SQLite; numbers of 64 bits and more, decimals, NaN, bytes,
// times with and without an offset, durations, JSON, NULL beside empty text, quotes and line ends; colons and percent signs
// in the query; watermarks of each kind; a missing library, driver, dialect, server, password, table, column; a writing
// query; a query that is cancelled or whose owner is killed; passwords in every part of an address.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { pythonIdentity, pythonPlace } from '../../../engine/data/sources/pythonSource.ts';
import { loadProject } from '../../../engine/project/loadProject.ts';
import { newestSnapshot } from '../../../engine/tracking/snapshots.ts';
import { databaseVenv } from '../../helpers/databaseVenv.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { startMariadb, withoutMariadb, type MariadbServer } from '../../helpers/mariadb.ts';
import { peekIn } from '../../helpers/peekIn.ts';
import { rounds, sampled } from '../../helpers/rounds.ts';
import { startCli } from '../../helpers/runCli.ts';
import { runIn } from '../../helpers/runIn.ts';
import { until } from '../../helpers/until.ts';

const missing = databaseVenv.prepare();
// The Python of a preview is the one on the path.
process.env['PATH'] = [dirname(databaseVenv.python), process.env['PATH']].join(delimiter);
const options = { skip: missing === null || process.env['CI'] ? false : `no Python with SQLAlchemy: ${missing}` };
const withServer = { skip: options.skip || withoutMariadb };
const server = (withServer.skip ? null : await startMariadb()) as MariadbServer;

function project(query: string, more = '', python = databaseVenv.python) {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\npython: ${python}\ndatasets: { items: { path: data/items.parquet } }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: { python: "\${env.DSN}", query: ${JSON.stringify(query)}${more} } } }\n`,
  });
  const runner = runIn(root);
  const env: Record<string, string | undefined> = { ...process.env, DSN: `sqlite:///${join(root, 'shop.db')}` };
  return {
    ...runner,
    env,
    sql: (text: string) => {
      const db = new BetterSqlite(join(root, 'shop.db'));
      db.exec(text);
      db.close();
    },
    pull: async (request: Parameters<typeof runner.run>[0] = {}) => {
      const { error, stages } = await runner.run({
        project: loadProject(root, undefined, env),
        stages: ['pull'],
        ...request,
      });
      return error?.message ?? stages[0]?.summary;
    },
  };
}

const mysql = () => server.url.replace('mysql:', 'mysql+pymysql:');

test('every type of a server keeps its digits', withServer, async () => {
  await server.query(
    `CREATE OR REPLACE TABLE kinds (id int, big bigint unsigned, d decimal(38,10), d65 decimal(65,5), x double, flag bit(1), t text, bytes varbinary(9), day date, at datetime(6), span time(1), j json) CHARACTER SET utf8mb4`,
    `INSERT INTO kinds VALUES (1, 18446744073709551615, -1.0000000001, 123456789012345678901234567890123456789012345678901234567890.5, 0.1, b'1', 'a "b", \\n😀 12:30 100%', x'00ff', '2026-02-28', '2026-01-01 00:00:00.000001', '-100:00:01.5', '{"a": 1}')`,
    `INSERT INTO kinds (id, t) VALUES (2, '')`,
  );
  const p = project(`SELECT *, '10:30 :x ::y %s 5%' AS odd FROM kinds WHERE t LIKE '%' ORDER BY id`);
  p.env['DSN'] = mysql();
  assert.equal(await p.pull(), '2 rows');
  const [row, empty] = await p.rows(
    'data/items.parquet',
    'SELECT * REPLACE (big::VARCHAR AS big, d::VARCHAR AS d, day::VARCHAR AS day, at::VARCHAR AS "at") FROM data ORDER BY id'.replace(
      'at::',
      '"at"::',
    ),
  );
  assert.deepEqual(row, {
    id: 1,
    big: '18446744073709551615',
    d: '-1.0000000001',
    d65: '123456789012345678901234567890123456789012345678901234567890.50000',
    x: 0.1,
    flag: 'AQ==',
    t: 'a "b", \n😀 12:30 100%',
    bytes: 'AP8=',
    day: '2026-02-28',
    at: '2026-01-01 00:00:00.000001',
    span: '-P4DT4H0M1.5S',
    j: '{"a": 1}',
    odd: '10:30 :x ::y %s 5%',
  });
  assert.deepEqual(Object.values(empty ?? {}), [
    2,
    null,
    null,
    null,
    null,
    null,
    '',
    ...Array.from({ length: 5 }, () => null),
    '10:30 :x ::y %s 5%',
  ]);
  const types = new Map(newestSnapshot(p.store, 'items')?.columns.map(({ name, sqlType }) => [name, sqlType]));
  assert.deepEqual(
    ['id', 'big', 'd', 'x', 'day', 'at'].map((name) => types.get(name)),
    ['BIGINT', 'DECIMAL(38,0)', 'DECIMAL(18,10)', 'DOUBLE', 'DATE', 'TIMESTAMP'],
  );
  assert.equal(
    newestSnapshot(p.store, 'items')?.source?.startsWith(`mysql+pymysql://127.0.0.1:${server.port}/shop · SELECT`),
    true,
  );
});

test('a watermark reads only what is new, by the type that it has', withServer, async () => {
  for (const [type, first, next] of sampled([
    ['decimal(30,10)', '1.0000000001', '1.0000000002'],
    ['datetime(6)', `'2026-01-01 00:00:00.000001'`, `'2026-01-01 00:00:00.000002'`],
    ['varchar(9)', `'a:b%'`, `'a:c%'`],
  ] as const)) {
    await server.query(
      `CREATE OR REPLACE TABLE marks (\`n:1\` int, \`from\` ${type})`,
      `INSERT INTO marks VALUES (1, ${first})`,
    );
    const p = project('SELECT * FROM marks', ', watermark: from');
    p.env['DSN'] = mysql();
    assert.equal(await p.pull(), '1 rows', type);
    assert.equal(await p.pull(), '1 rows · nothing new', type);
    await server.query(`INSERT INTO marks VALUES (2, ${next})`);
    assert.equal(await p.pull(), '2 rows · 1 added', type);
  }
});

test('the same through SQLite, with SQLAlchemy and with ADBC', options, async () => {
  for (const prefix of ['sqlite:///', 'adbc+sqlite:///']) {
    const p = project('SELECT * FROM log', ', watermark: n, batch: 2');
    p.env['DSN'] = `${prefix}${join(p.root, 'shop.db')}`;
    p.sql(
      `CREATE TABLE log (n INTEGER, x REAL, t TEXT, b BLOB); INSERT INTO log VALUES (1, 0.5, '', x'00'), (9007199254740993, NULL, 'a"b', NULL), (2, 1e300, NULL, NULL)`,
    );
    assert.equal(await p.pull(), '3 rows', prefix);
    assert.deepEqual(await p.rows('data/items.parquet', 'SELECT n::VARCHAR AS n, x, t, b FROM data ORDER BY data.n'), [
      { n: '1', x: 0.5, t: '', b: 'AA==' },
      { n: '2', x: 1e300, t: null, b: null },
      { n: '9007199254740993', x: null, t: 'a"b', b: null },
    ]);
    p.sql('INSERT INTO log VALUES (9007199254740994, 1, NULL, NULL)');
    assert.equal(await p.pull(), '4 rows · 1 added', prefix);
    const peek = await peekIn(p.root, { python: p.env['DSN'] ?? '', query: 'SELECT * FROM log' }, { rows: 2 });
    assert.deepEqual(peek.rows, [
      ['1', '0.5', '', 'AA=='],
      ['9007199254740993', null, 'a"b', null],
    ]);
    assert.deepEqual(
      peek.columns.map(({ type }) => type),
      ['BIGINT', 'DOUBLE', 'VARCHAR', 'VARCHAR'],
    );
    assert.match(peek.about, /sqlite.* through (SQLAlchemy|ADBC)/);
  }
});

test('what is missing or wrong is told, with its place; nothing is written', options, async () => {
  const p = project('SELECT id\nFROM item');
  p.sql('CREATE TABLE items (id INTEGER); INSERT INTO items VALUES (1)');
  const told = (dsn: string, query = 'SELECT id\nFROM item', more: { watermark?: string } = {}) =>
    peekIn(p.root, { python: dsn, query, ...more }).then(
      (peek) => peek.about,
      (error: Error) => error.message,
    );
  const file = p.env['DSN'] ?? '';
  assert.match(await told(file), /The query failed: no such table: item/);
  assert.match(
    await told('oracle+oracledb://ada:s3cr3t-pass@h/x'),
    /has no module `oracledb`.*-m pip install oracledb` installs it/,
  );
  assert.match(
    await told('postgresql://ada:s3cr3t-pass@h/x'),
    /has no module `psycopg2?`.*pip install psycopg(2-binary)?`/,
  );
  assert.match(
    await told('snowflake://ada:s3cr3t-pass@h/x'),
    /does not know `snowflake`.*pip install snowflake-sqlalchemy`/,
  );
  assert.match(await told('nonsense://ada:s3cr3t-pass@h/x'), /does not know the database `nonsense`/);
  assert.match(
    await told('adbc+snowflake://ada:s3cr3t-pass@h/x'),
    /has no module `adbc_driver_snowflake`.*pip install adbc-driver-snowflake`/,
  );
  assert.match(await told('just text'), /must be an address as SQLAlchemy writes it/);
  assert.match(await told('mysql+pymysql://ada:s3cr3t-pass@127.0.0.1:1/x'), /could not be opened: .*127\.0\.0\.1/);
  await told(file, 'DELETE FROM items RETURNING id');
  p.sql(`CREATE TABLE checked AS SELECT count(*) AS n FROM items`);
  const db = new BetterSqlite(join(p.root, 'shop.db'));
  assert.deepEqual(db.prepare('SELECT n FROM checked').all(), [{ n: 1 }], 'nothing is committed');
  db.close();
  assert.match(await told(file, 'SELECT 1 AS a', { watermark: 'b' }), /The watermark `b` is not a column of the query/);
  p.env['DSN'] = 'oracle+oracledb://ada:s3cr3t-pass@h/x';
  assert.match((await p.pull()) ?? '', /has no module `oracledb`/);
  for (const { root, logs } of [p]) {
    assert.ok(!logs.join('\n').includes('s3cr3t'));
    for (const entry of readdirSync(join(root, '.loopwright'), { recursive: true, withFileTypes: true }))
      if (entry.isFile())
        assert.ok(!readFileSync(join(entry.parentPath, entry.name), 'latin1').includes('s3cr3t-pass'), entry.name);
  }
});

test(
  'cancelling ends the program; a killed run loses and doubles nothing and leaves no program',
  withServer,
  async () => {
    await server.query(
      'CREATE OR REPLACE TABLE grows (n int PRIMARY KEY)',
      'INSERT INTO grows SELECT seq FROM seq_1_to_500',
    );
    const p = project('SELECT n, IF(n > 500, SLEEP(0.01), 0) AS w FROM grows', ', watermark: n, batch: 10');
    p.env['DSN'] = mysql();
    assert.equal(await p.pull(), '500 rows');
    await server.query('INSERT INTO grows SELECT seq FROM seq_501_to_700');
    const rows = () => globSync('.loopwright/downloads/python*/*.rows', { cwd: p.root });
    const reading = () => rows().some((file) => readFileSync(join(p.root, file)).length > 0);
    const abort = new AbortController();
    const cancelled = p.pull({ signal: abort.signal }).catch((error: Error) => error.name);
    await until('rows arrive', reading);
    abort.abort();
    assert.equal(await cancelled, 'CancelledError');
    assert.deepEqual(rows(), []);
    for (let round = 0; round < rounds(5); round++) {
      const running = startCli(['run', 'pull'], { cwd: p.root, env: { DSN: mysql() } });
      await until('rows arrive', reading, 60_000);
      running.child.kill('SIGKILL');
      await running.ended;
      const connected = async () =>
        (await server.query(`SELECT id FROM information_schema.processlist WHERE user = 'ada'`)).length > 0;
      await until('Python has ended', async () => !(await connected()));
    }
    assert.equal(await p.pull(), '700 rows · 200 added');
    assert.ok(existsSync(join(p.root, 'data/items.parquet')));
  },
);

test('what identifies a database has no secret in it', () => {
  assert.equal(pythonPlace('mssql+pyodbc://ada:p@ss/w?rd@h:1433/db?driver=x'), 'mssql+pyodbc://h:1433/db');
  assert.equal(pythonPlace('sqlite:////tmp/a.db'), 'sqlite:////tmp/a.db');
  const odbc = (password: string) =>
    pythonIdentity(
      `mssql+pyodbc:///?odbc_connect=${encodeURIComponent(`DRIVER=x;SERVER=h;UID=ada;PWD=${password};DATABASE=d`)}`,
    );
  assert.equal(odbc('one'), odbc('two'));
  assert.match(odbc('one'), /SERVER=h;DATABASE=d/);
  assert.equal(pythonIdentity('snowflake://a:b@h/d?warehouse=w&token=t'), 'snowflake://h/d [["warehouse","w"]]');
});
