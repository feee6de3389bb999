// Tried as kinds of values: integers signed and unsigned at both ends, decimals of 38 and 65 digits, sums wider than
// 38 digits, FLOAT beyond six digits, zero dates, days outside the calendar, durations beyond a day, BIT of 1, 8 and
// 64, bytes, JSON, ENUM, SET, geometries, UUID, YEAR, NULL beside empty text, quotes, line ends, NUL and 4-byte characters.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listSnapshots, newestSnapshot } from '../../../engine/tracking/snapshots.ts';
import { makeCertificates, type Pair } from '../../helpers/certificates.ts';
import { databaseProject, keyedSchema } from '../../helpers/databaseProject.ts';
import { makeProject, writeFiles } from '../../helpers/makeProject.ts';
import { startMariadb, withoutMariadb, type MariadbServer } from '../../helpers/mariadb.ts';
import { peekIn } from '../../helpers/peekIn.ts';
import { rounds, sampled } from '../../helpers/rounds.ts';
import { startCli } from '../../helpers/runCli.ts';
import { until } from '../../helpers/until.ts';

const options = { skip: withoutMariadb };
// Without a server, the tests below that need one are skipped.
const server = (withoutMariadb ? null : await startMariadb()) as MariadbServer;

const project = (from: string, more: Parameters<typeof databaseProject>[2] = {}) =>
  databaseProject(from, { MYSQL_URL: server.url }, more);

const source = (query: string, more = '') => `{ mysql: "\${env.MYSQL_URL}", query: ${JSON.stringify(query)}${more} }`;

test('every type keeps its digits; NULL, empty text and odd dates stay distinct', options, async () => {
  await server.query(
    `SET sql_mode = 'ALLOW_INVALID_DATES'`,
    `CREATE OR REPLACE TABLE kinds (id int, tiny tinyint, utiny tinyint unsigned, small smallint unsigned, medium mediumint unsigned, u int unsigned, big bigint, ubig bigint unsigned, flag boolean, d decimal(12,2), d38 decimal(38,10), d65 decimal(65,5), f float, dbl double, bit1 bit(1), bit8 bit(8), bit64 bit(64), t text, l varchar(20) character set latin1, bytes varbinary(20), b16 binary(4), day date, dt datetime(6), zero datetime, odd date, ts timestamp(3) null, clock time(1), span time, y year, j json, e enum('b','a'), s set('x','y'), g point, uu uuid) CHARACTER SET utf8mb4`,
    `INSERT INTO kinds VALUES
    (1, -128, 255, 65535, 16777215, 4294967295, -9223372036854775808, 18446744073709551615, true, -10.10, 1234567890123456789012345678.0123456789, 123456789012345678901234567890123456789012345678901234567890.12345, 16777217.5, 0.1, b'1', b'11111111', x'ffffffffffffffff', '', 'caf\u00e9', x'00ff10', x'deadbeef', '2026-02-28', '2026-01-01 00:00:00.123456', '0000-00-00 00:00:00', '2024-02-31', '2026-01-01 02:00:00.5', '23:59:59.5', '838:59:59', 2026, '{"a": [1, "x\\\\"y"]}', 'a', 'x,y', POINT(1, 2.5), '00000000-0000-0000-0000-000000000001'),
    (2, 127, 0, 0, 0, 0, 9223372036854775807, 0, false, 0, -0.0000000001, -1, 0.1, -1.7976931348623157e308, b'0', b'0', b'0', 'line\\nbreak, "quoted"; \\r\\n\u{1f600}\\0end', '', '', '', '1000-01-01', '9999-12-31 23:59:59.999999', '2026-01-01 00:00:00', '2024-02-29', NULL, '00:00:00', '-00:00:01', 1901, 'null', 'b', '', NULL, NULL)`,
    `INSERT INTO kinds (id) VALUES (3)`,
  );
  const p = project(source('SELECT * FROM kinds ORDER BY id'));
  const outcome = await p.pull();
  assert.equal(outcome.error, null, outcome.error?.message);
  assert.equal(outcome.stages[0]?.summary, '3 rows');
  const texts = ['big', 'ubig', 'd', 'd38', 'f', 'dbl', 'bit64', 'day', 'dt', 'zero', 'ts', 'clock'];
  const rows = await p.rows(
    'data/items.parquet',
    `SELECT * REPLACE (${texts.map((name) => `${name}::VARCHAR AS ${name}`).join(', ')}) FROM data ORDER BY id`,
  );
  assert.deepEqual(rows[0], {
    id: 1,
    tiny: -128,
    utiny: 255,
    small: 65535,
    medium: 16777215,
    u: 4294967295,
    big: '-9223372036854775808',
    ubig: '18446744073709551615',
    flag: 1,
    d: '-10.10',
    d38: '1234567890123456789012345678.0123456789',
    d65: '123456789012345678901234567890123456789012345678901234567890.12345',
    f: '16777218.0',
    dbl: '0.1',
    bit1: true,
    bit8: 255,
    bit64: '18446744073709551615',
    t: '',
    l: 'café',
    bytes: 'AP8Q',
    b16: '3q2+7w==',
    day: '2026-02-28',
    dt: '2026-01-01 00:00:00.123456',
    zero: null,
    odd: '2024-02-31',
    ts: '2026-01-01 02:00:00.5',
    clock: '23:59:59.5',
    span: '838:59:59',
    y: 2026,
    j: '{"a": [1, "x\\"y"]}',
    e: 'a',
    s: 'x,y',
    g: 'POINT(1 2.5)',
    uu: '00000000-0000-0000-0000-000000000001',
  });
  assert.deepEqual(rows[1], {
    id: 2,
    tiny: 127,
    utiny: 0,
    small: 0,
    medium: 0,
    u: 0,
    big: '9223372036854775807',
    ubig: '0',
    flag: 0,
    d: '0.00',
    d38: '-0.0000000001',
    d65: '-1.00000',
    f: '0.1',
    dbl: '-1.7976931348623157e+308',
    bit1: false,
    bit8: 0,
    bit64: '0',
    t: 'line\nbreak, "quoted"; \r\n😀\0end',
    l: '',
    bytes: '',
    b16: 'AAAAAA==',
    day: '1000-01-01',
    dt: '9999-12-31 23:59:59.999999',
    zero: '2026-01-01 00:00:00',
    odd: '2024-02-29',
    ts: null,
    clock: '00:00:00',
    span: '-00:00:01',
    y: 1901,
    j: 'null',
    e: 'b',
    s: '',
    g: null,
    uu: null,
  });
  assert.deepEqual(Object.values(rows[2] ?? {}), [3, ...Array.from({ length: 33 }, () => null)]);
  const types = new Map(newestSnapshot(p.store, 'items')?.columns.map(({ name, sqlType }) => [name, sqlType]));
  assert.deepEqual(
    ['tiny', 'u', 'ubig', 'd', 'd38', 'f', 'bit1', 'zero', 'odd', 'clock', 'span'].map((name) => types.get(name)),
    [
      'SMALLINT',
      'BIGINT',
      'UBIGINT',
      'DECIMAL(12,2)',
      'DECIMAL(38,10)',
      'FLOAT',
      'BOOLEAN',
      'TIMESTAMP',
      'VARCHAR',
      'TIME',
      'VARCHAR',
    ],
  );
  const logs = p.logs.join('\n');
  for (const line of [
    /bytes: bytes are written as base64/,
    /d65: numbers of 65 digits do not fit a numeric type and stay text/,
    /warning: zero: 1 values are the zero date 0000-00-00; they are read as empty/,
    /warning: odd: contains `2024-02-31`, which is not a day of the calendar/,
    /span: contains `838:59:59`, which is a duration/,
    /g: geometries are written as well-known text/,
  ])
    assert.match(logs, line);
  // A sum of integers is declared with 41 digits and has few.
  const sums = project(source('SELECT SUM(big) AS s, SUM(id) AS n, COUNT(*) AS c, NULL AS nothing FROM kinds'));
  assert.equal((await sums.pull()).error, null);
  assert.deepEqual(
    await sums.rows('data/items.parquet', 'SELECT s::VARCHAR AS s, n::VARCHAR AS n, c, nothing FROM data'),
    [{ s: '-1', n: '6', c: 3, nothing: null }],
  );
});

test('with a watermark only newer rows are read; with a key they replace the old ones', options, async () => {
  await server.query(
    `SET time_zone = '+02:00'`,
    `CREATE OR REPLACE TABLE items (id int PRIMARY KEY, name text, updated_at timestamp(6) NULL)`,
    `INSERT INTO items VALUES (1, 'a', '2026-01-01 02:00:00.000001'), (2, 'b', '2026-01-02 02:00:00'), (3, 'c', '2026-01-02 02:00:00'), (9, 'none', NULL)`,
  );
  const p = project(source('sql/pull.sql', ', watermark: updated_at'), {
    schema: keyedSchema,
    files: { 'sql/pull.sql': 'SELECT * FROM items -- all\n;\n' },
  });
  const rows = async () =>
    (await p.rows('data/items.parquet', 'SELECT id, name FROM data ORDER BY id')).map(({ id, name }) => [id, name]);
  assert.equal((await p.pull()).stages[0]?.summary, '4 rows');
  assert.equal(newestSnapshot(p.store, 'items')?.state?.watermark?.value, '2026-01-02 00:00:00.000000');
  assert.ok(p.logs.some((line) => /warning: 1 rows have no updated_at; changes to them are not detected/.test(line)));
  assert.equal((await p.pull()).stages[0]?.summary, '4 rows · nothing new');
  assert.equal(listSnapshots(p.store, 'items').length, 1);
  // One at the very time of the boundary, which came late; one that changed; one that is new.
  await server.query(
    `SET time_zone = '+00:00'`,
    `INSERT INTO items VALUES (4, 'late', '2026-01-02'), (5, 'new', '2026-01-03')`,
    `UPDATE items SET name = 'A', updated_at = '2026-01-04' WHERE id = 1`,
  );
  assert.equal((await p.pull()).stages[0]?.summary, '6 rows · 2 added · 1 replaced');
  assert.deepEqual(await rows(), [
    [1, 'A'],
    [2, 'b'],
    [3, 'c'],
    [4, 'late'],
    [5, 'new'],
    [9, 'none'],
  ]);
  const [newest, parent] = listSnapshots(p.store, 'items');
  assert.equal(newest?.parent, parent?.id);
  assert.equal(newest?.source, `mysql://127.0.0.1:${server.port}/shop · sql/pull.sql`);
  // Deleted rows are not noticed. A new user or password goes on; a changed query starts from the beginning.
  await server.query(
    'DELETE FROM items WHERE id = 2',
    `CREATE OR REPLACE USER eve IDENTIFIED BY 'p@ss/#?:wd'`,
    'GRANT SELECT ON shop.* TO eve',
  );
  p.env['MYSQL_URL'] = `mariadb://eve:p@ss/#?:wd@127.0.0.1:${server.port}/shop`;
  assert.equal((await p.pull()).stages[0]?.summary, '6 rows · nothing new');
  writeFiles(p.root, { 'sql/pull.sql': 'SELECT * FROM items WHERE id < 100' });
  assert.equal((await p.pull()).stages[0]?.summary, '5 rows');
});

// The highest value, the same value in other rows, and one that is higher, for every kind of column that has an order.
const orders: [type: string, first: string, next: string][] = [
  ['bigint', '9007199254740992', '9007199254740993'],
  ['bigint unsigned', '18446744073709551614', '18446744073709551615'],
  ['decimal(38,10)', '1.0000000001', '1.0000000002'],
  ['double', '0.1', '0.30000000000000004'],
  ['float', '16777215', '16777216'],
  ['date', `'2026-01-01'`, `'2026-01-02'`],
  ['datetime(6)', `'2026-01-01 00:00:00.000001'`, `'2026-01-01 00:00:00.000002'`],
  ['time', `'-01:00:00'`, `'100:00:00'`],
  ['year', '1999', '2000'],
  ['bit(10)', `b'1000000000'`, `b'1000000001'`],
  ['varchar(20)', `'a\\\\b''c'`, `'a\\\\b''d'`],
  ['varchar(20) character set latin1', `'é'`, `'ü'`],
  [`enum('z','a','m')`, `'a'`, `'m'`],
];

test('every kind of column with an order is a watermark, without losing or doubling a row', options, async () => {
  for (const [type, first, next] of sampled(orders)) {
    await server.query(
      `CREATE OR REPLACE TABLE marks (n int, w ${type}) CHARACTER SET utf8mb4`,
      `INSERT INTO marks VALUES (1, ${first})`,
    );
    const p = project(source('SELECT * FROM marks', ', watermark: w'));
    assert.equal((await p.pull()).error?.message, undefined, type);
    assert.equal((await p.pull()).stages[0]?.summary, '1 rows · nothing new', type);
    await server.query(`INSERT INTO marks VALUES (2, ${next})`);
    assert.equal((await p.pull()).stages[0]?.summary, '2 rows · 1 added', type);
  }
  await server.query(`CREATE OR REPLACE TABLE marks (n int, w varbinary(9))`);
  assert.match(
    (await project(source('SELECT * FROM marks', ', watermark: w')).pull()).error?.message ?? '',
    /watermark w contains bytes, which have no useful order/,
  );
});

test('a query that fails, writes or lacks the watermark is reported with its place', options, async () => {
  await server.query('CREATE OR REPLACE TABLE orders (id int, updated_at datetime)');
  const told = async (from: string, files: Record<string, string> = {}) =>
    (await project(from, { files }).pull()).error;
  const syntax = await told(source('sql/x.sql'), { 'sql/x.sql': 'SELECT 1 AS a,\n  2 AS b\nFORM orders\n' });
  assert.match(syntax?.message ?? '', /`sql\/x\.sql` failed: syntax error near `FORM orders`/);
  assert.deepEqual([syntax?.place?.file, syntax?.place?.line], ['sql/x.sql', 3]);
  const column = await told(source('sql/x.sql'), { 'sql/x.sql': 'SELECT id,\n  o.updatd_at\nFROM orders o\n' });
  assert.match(column?.message ?? '', /there is no column `o\.updatd_at`\. Did you mean `updated_at`\?/);
  assert.equal(column?.place?.line, 2);
  const table = await told(source('SELECT *\nFROM ordrs'));
  assert.match(table?.message ?? '', /there is no table `ordrs`\. Did you mean `orders`\? \(line 2 of the query\)/);
  assert.match(
    (await told(source('SELECT id, updated_at FROM orders', ', watermark: updated')))?.message ?? '',
    /The watermark `updated` is not a column of the query/,
  );
  assert.match((await told(source('SELECT 1 AS a, 2 AS A')))?.message ?? '', /returns the column `A` twice/);
  assert.match((await told(source(`SELECT 1 AS a, ''`)))?.message ?? '', /Column 2 of the query has no name/);
  assert.match((await told(source('DELETE FROM orders')))?.message ?? '', /must not change data/);
  assert.match((await told(source('SELECT 1; DROP TABLE orders')))?.message ?? '', /syntax error near/);
  await server.query('CREATE OR REPLACE SEQUENCE numbers');
  assert.match((await told(source('SELECT NEXTVAL(numbers) AS n')))?.message ?? '', /failed: .*READ ONLY/i);
  assert.match(
    (await told(source(`SELECT LOAD_FILE('x'), 1 AS b INTO OUTFILE 'x'`)))?.message ?? '',
    /must be one SELECT/,
  );
});

test('a server that refuses, is gone or is meant otherwise is told; passwords are nowhere', options, async () => {
  const p = project(source('SELECT 1 AS id'));
  assert.equal((await p.pull()).stages[0]?.summary, '1 rows');
  const told = async (url: string | undefined) => {
    p.env['MYSQL_URL'] = url;
    return (await p.pull().catch((error: Error) => ({ error }))).error?.message ?? '';
  };
  const at = (login: string, rest = `127.0.0.1:${server.port}/shop`) => `mysql://${login}@${rest}`;
  assert.match(
    await told(at('ada:wr0ng-s3cret')),
    /refused the connection: Access denied for user 'ada'.*Correct user and password/,
  );
  assert.match(
    await told(at('ada:s3cr3t-pass', `127.0.0.1:${server.port}/nowhere`)),
    /Unknown database 'nowhere'\. Correct the name/,
  );
  assert.match(
    await told(at('ada:s3cr3t-pass', '127.0.0.1:1/shop')),
    /could not be read: connect ECONNREFUSED 127\.0\.0\.1:1 \(tried 4 times\)/,
  );
  assert.match(
    await told(`${server.url}?ssl-mode=VERIFY_CA`),
    /does not encrypt connections, and `verify-ca` asks for it/,
  );
  assert.match(await told(`${server.url}?ssl-mode=often`), /`ssl-mode=often`, which is not a mode/);
  assert.match(await told(`${server.url}?ssl-ca=none.pem`), /file `none\.pem`, .*cannot be read/);
  assert.match(await told(`mysql+pymysql://ada:s3cr3t-pass@h/shop`), /Leave out `\+pymysql`, or use it as `python:`/);
  assert.match(await told(`jdbc:mysql://h/shop`), /Leave out `jdbc:`/);
  assert.match(
    await told(`postgres://ada:s3cr3t-pass@h/shop`),
    /must be an address such as mysql:\/\/.*starts with `postgres:`/,
  );
  assert.match(await told(''), /MYSQL_URL|problem/);
  assert.equal(await told(`mysql://ada:s3cr3t-pass@x/shop?socket=${server.socket}`), '');
  const files = [
    ...readdirSync(join(p.root, '.loopwright'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
    join(p.root, 'loopwright.lock'),
  ];
  for (const file of files) assert.ok(!/s3cr3t-pass|wr0ng-s3cret/.test(readFileSync(file, 'latin1')), file);
  assert.ok(!/s3cr3t|wr0ng/.test(p.logs.join('\n')));
  assert.ok(files.some((file) => file.endsWith('loopwright.db')));
});

test('a locked table and a limit of the server are told', options, async () => {
  await server.query('CREATE OR REPLACE TABLE held AS SELECT 1 AS id', 'SET GLOBAL lock_wait_timeout = 1');
  const p = project(source('SELECT * FROM held'));
  const holding = server.query('LOCK TABLES held WRITE', 'SELECT SLEEP(60)').catch(() => []);
  await until('the lock is held', async () => (await processes('SLEEP(60)')).length > 0);
  assert.match((await p.pull()).error?.message ?? '', /stayed locked by another session for too long/);
  for (const id of await processes('SLEEP(60)')) await server.query(`KILL ${id}`);
  await holding;
  const slow = project(source('SET STATEMENT max_statement_time = 0.1 FOR SELECT SLEEP(30) AS s, 1 AS id'));
  assert.match((await slow.pull()).error?.message ?? '', /ran longer than the server allows/);
});

async function processes(text: string): Promise<number[]> {
  const rows = await server.query('SELECT id, info FROM information_schema.processlist WHERE id <> CONNECTION_ID()');
  return rows.filter(({ info }) => String(info).includes(text)).map(({ id }) => Number(id));
}

test('cancelling ends the query on the server at once, and leaves no incomplete file', options, async () => {
  // A query that sends nothing for a long time, and one that sends rows slowly.
  for (const query of ['SELECT SLEEP(300) AS s', 'SELECT seq, SLEEP(0.01) AS s FROM seq_1_to_100000']) {
    const p = project(source(query));
    const abort = new AbortController();
    const running = p.pull({ signal: abort.signal }).catch((error: Error) => error.name);
    await until('the query runs', async () => (await processes('SLEEP')).length > 0);
    abort.abort();
    assert.equal(await running, 'CancelledError');
    await until('the server has stopped it', async () => (await processes('SLEEP')).length === 0, 10_000);
    assert.ok(!existsSync(join(p.root, 'data/items.parquet')));
    assert.deepEqual(globSync('.loopwright/downloads/**/*.rows', { cwd: p.root }), []);
  }
});

test('a million rows come with little memory', { ...options, timeout: 300_000 }, async () => {
  const all = 1_000_000 * Math.min(1, rounds(10) / 10);
  const p = project(source(`SELECT seq AS id, MD5(seq) AS word, seq * 0.25 AS amount FROM seq_1_to_${all}`));
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed);
  }, 20);
  const outcome = await p.pull();
  clearInterval(watch);
  assert.equal(outcome.stages[0]?.summary, `${all.toLocaleString('en-US')} rows`, outcome.error?.message);
  assert.deepEqual(await p.rows('data/items.parquet', 'SELECT count(*) AS n, sum(id) AS ids FROM data'), [
    { n: all, ids: (all * (all + 1)) / 2 },
  ]);
  assert.ok(most < 200e6, `JavaScript held ${(most / 1e6).toFixed(0)} MB`);
});

test('a run killed at any point of a pull loses and doubles nothing', { ...options, timeout: 600_000 }, async () => {
  await server.query(
    'CREATE OR REPLACE TABLE grows (n int PRIMARY KEY)',
    'INSERT INTO grows SELECT seq FROM seq_1_to_500',
  );
  const p = project(source('SELECT n, IF(n > 500, SLEEP(0.0005), 0) AS w FROM grows', ', watermark: n, batch: 10'));
  assert.equal((await p.pull()).stages[0]?.summary, '500 rows');
  const started = () => globSync('.loopwright/downloads/**/*.rows', { cwd: p.root });
  let total = 500;
  for (let round = 0; round < rounds(20); round++) {
    await server.query(`INSERT INTO grows SELECT seq FROM seq_${total + 1}_to_${total + 100}`);
    total += 100;
    const running = startCli(['run', 'pull'], { cwd: p.root, env: { MYSQL_URL: server.url } });
    // In turn: while it connects, reads, converts the types and writes the version.
    const wait = [0, 1, 40, 90, 120][round % 5] ?? 0;
    await until('the pull is under way', () => started().length > 0 || running.child.exitCode !== null);
    if (wait > 0) await until('some time', pastTime(wait));
    running.child.kill('SIGKILL');
    await running.ended;
  }
  await p.pull();
  assert.deepEqual(
    await p.rows('data/items.parquet', 'SELECT count(*) AS n, count(DISTINCT n) AS d, max(n) AS m FROM data'),
    [{ n: total, d: total, m: total }],
  );
  assert.deepEqual(started(), []);
});

function pastTime(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() > end;
}

test('a query is repeated after a server crash', options, async () => {
  await server.query('CREATE OR REPLACE TABLE stay AS SELECT seq AS id FROM seq_1_to_1000');
  const p = project(source('SELECT id, SLEEP(0.001) AS s FROM stay'));
  const running = p.pull();
  await until('the query runs', async () => (await processes('SLEEP(0.001)')).length > 0);
  await server.crash();
  await server.start();
  const outcome = await running;
  assert.equal(outcome.stages[0]?.summary, '1,000 rows', outcome.error?.message);
  assert.ok(p.logs.some((line) => /MySQL database could not be read \(.*\), trying again/.test(line)));
});

test('a preview shows rows, types, freshness and what is new, and writes nothing', options, async () => {
  await server.query(
    'CREATE OR REPLACE TABLE seen (id int, f float, updated_at datetime)',
    `INSERT INTO seen VALUES (1, 16777217, '2026-01-01 00:00:00'), (2, NULL, '2026-01-02 00:00:00'), (3, 0.5, '2026-01-03 00:00:00')`,
  );
  const p = project(source('SELECT * FROM seen', ', watermark: updated_at'));
  const peek = (query: string, since: string | null = null) =>
    peekIn(
      p.root,
      { mysql: server.url, query, watermark: 'updated_at' },
      { rows: 2, ...(since === null ? {} : { since: { column: 'updated_at', value: since, kind: 'text' as const } }) },
    );
  const all = await peek('SELECT * FROM seen');
  assert.deepEqual(all.columns, [
    { name: 'id', type: 'INTEGER' },
    { name: 'f', type: 'FLOAT' },
    { name: 'updated_at', type: 'TIMESTAMP' },
  ]);
  assert.deepEqual(all.rows, [
    ['1', '16777216', '2026-01-01 00:00:00'],
    ['2', null, '2026-01-02 00:00:00'],
  ]);
  assert.match(all.about, new RegExp(`^MariaDB [\\d.]+, database shop on 127\\.0\\.0\\.1:${server.port}$`));
  assert.deepEqual([all.total, all.newest], [3, '2026-01-03T00:00:00.000Z']);
  const later = await peek('SELECT * FROM seen', '2026-01-02 00:00:00');
  assert.deepEqual([later.rows.map(([id]) => id), later.total], [['3'], 1]);
  const slow = await peek('SELECT seq AS id, NULL AS updated_at FROM seq_1_to_1000 WHERE SLEEP(0.1) = 0');
  assert.match(slow.notes?.at(-1) ?? '', /Counting the rows takes longer than 2 s/);
  await assert.rejects(peek('SELECT * FROM sen'), /there is no table `sen`\. Did you mean `seen`/);
  assert.deepEqual(readdirSync(p.root).toSorted(), ['.loopwright', 'loopwright.yaml']);
});

test(
  'TLS: required, checked, for another host, with a client certificate, and where it is missing',
  options,
  async () => {
    const made = makeCertificates(server.owner);
    const { ca, otherCa, client, stranger } = made;
    const restart = async ({ cert, key }: Pair) => {
      await server.crash();
      await server.start([`--ssl-cert=${cert}`, `--ssl-key=${key}`, `--ssl-ca=${ca}`]);
    };
    const cipher =
      "SELECT VARIABLE_VALUE AS cipher FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'";
    /** The cipher of the connection, or the sentence that says why there is none. */
    const at = (parameters: string, more: object = {}, url = server.url) =>
      peekIn(
        makeProject({ 'certs/ca.pem': readFileSync(ca, 'utf8') }),
        { mysql: `${url}${parameters}`, query: cipher, ...more },
        {},
      ).then(
        ({ rows }) => rows[0]?.[0] ?? null,
        (error: Error) => error.message,
      );
    assert.equal(await at(''), '', 'not encrypted where the server cannot');
    assert.match((await at('', { ssl: 'required' })) ?? '', /does not encrypt connections, and `required` asks for it/);
    assert.match(
      (await at('', { ca: 'certs/ca.pem' })) ?? '',
      /does not encrypt connections, and `verify-ca` asks for it/,
    );
    assert.match((await at('?ssl-ca=certs/ca.pem')) ?? '', /does not encrypt connections, and `verify-ca` asks for it/);
    await restart(made.server);
    const isEncrypted = /^TLS_|^ECDHE/;
    for (const [parameters, more] of [
      ['', {}],
      ['?ssl-mode=REQUIRED', {}],
      ['?ssl-ca=certs/ca.pem', {}],
      ['?ssl-mode=VERIFY_IDENTITY&ssl-ca=certs/ca.pem', {}],
      ['', { ssl: 'required' }],
      ['', { ca: 'certs/ca.pem' }],
      ['', { ssl: 'verify-identity', ca }],
      ['', { ...client, ca }],
    ] as const)
      assert.match((await at(parameters, more)) ?? '', isEncrypted, JSON.stringify([parameters, more]));
    assert.match(
      (await at('', { ssl: 'verify-identity', ca }, server.url.replace('127.0.0.1', 'localhost'))) ?? '',
      isEncrypted,
    );
    assert.equal(await at('?ssl-mode=disabled'), '');
    assert.match(
      (await at('', { ssl: 'verify-ca' })) ?? '',
      /authority that is not known here .* with `ca`, or `ssl-ca` in the address/,
    );
    assert.match((await at('', { ca: otherCa })) ?? '', /has a certificate that `.*other-ca\.pem` did not sign/);
    assert.match((await at(`?ssl-ca=${otherCa}`)) ?? '', /has a certificate that `.*other-ca\.pem` did not sign/);
    await server.query(
      `CREATE OR REPLACE USER tess IDENTIFIED BY 'pw-of-tess' REQUIRE X509`,
      'GRANT SELECT ON shop.* TO tess',
    );
    const tess = server.url.replace('ada:s3cr3t-pass', 'tess:pw-of-tess');
    assert.match((await at('', { ca, ...client }, tess)) ?? '', isEncrypted);
    assert.match((await at('', { ca }, tess)) ?? '', /Access denied for user 'tess'/);
    assert.match(
      (await at('', { ca, ...stranger }, tess)) ?? '',
      /Access denied|does not accept the client certificate/,
    );
    await restart(made.elsewhere);
    assert.match((await at('', { ca })) ?? '', isEncrypted, 'verify-ca takes a certificate for another host');
    assert.match(
      (await at('', { ca, ssl: 'verify-identity' })) ?? '',
      /certificate for `db\.example`, not for `127\.0\.0\.1`/,
    );
    await restart(made.expired);
    assert.match((await at('', { ca })) ?? '', /certificate that has expired/);
  },
);
