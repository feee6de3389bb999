import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listSnapshots, newestSnapshot } from '../../../engine/tracking/snapshots.ts';
import { makeCertificates, type Pair } from '../../helpers/certificates.ts';
import { databaseProject, keyedSchema } from '../../helpers/databaseProject.ts';
import { makeProject, writeFiles } from '../../helpers/makeProject.ts';
import { peekIn } from '../../helpers/peekIn.ts';
import { startPostgres, withoutPostgres, type PostgresServer } from '../../helpers/postgres.ts';
import { startCli } from '../../helpers/runCli.ts';
import { until } from '../../helpers/until.ts';

const options = { skip: withoutPostgres };
// Without a server, the tests below that need one are skipped.
const server = (withoutPostgres ? null : await startPostgres()) as PostgresServer;

const project = (from: string, more: Parameters<typeof databaseProject>[2] = {}) =>
  databaseProject(from, { DATABASE_URL: server.url }, more);

const source = (query: string, more = '') =>
  `{ postgres: "\${env.DATABASE_URL}", query: ${JSON.stringify(query)}${more} }`;

test('every type keeps its digits; NULL, empty text and special numbers stay distinct', options, async () => {
  await server.query(
    `DROP TABLE IF EXISTS kinds; CREATE TABLE kinds (id int, n numeric, d numeric(12,2), big int8, f float8, r real, b bool, t text, ts timestamptz, plain timestamp, day date, clock time, j jsonb, list int[], words text[], bytes bytea, span interval, u uuid, huge numeric, odd numeric)`,
  );
  await server.query(`INSERT INTO kinds VALUES
    (1, 12345678901234567890.123456789, 10.10, 9223372036854775807, 0.1, 0.1, true, '', '2026-01-01 02:00:00+02', '2026-01-01 00:00:00.123456', '2026-02-28', '23:59:59.5', '{"a": [1, "x\\"y"]}', '{1,NULL,3}', '{a,"b,c","d\\"e"}', '\\xdeadbeef', '1 day 02:03', '00000000-0000-0000-0000-000000000001', 123456789012345678901234567890123456789.5, 'NaN'),
    (2, -0.000000001, NULL, -1, 'NaN', 'Infinity', false, E'line\\nbreak, "quoted"; \\r\\n😀', NULL, 'infinity', '0044-03-15 BC', NULL, 'null', '{}', NULL, '', NULL, NULL, 1, 'Infinity'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`);
  const p = project(source('SELECT * FROM kinds ORDER BY id'));
  const outcome = await p.pull();
  assert.equal(outcome.error, null, outcome.error?.message);
  assert.equal(outcome.stages[0]?.summary, '3 rows');
  const rows = await p.rows(
    'data/items.parquet',
    'SELECT * REPLACE (n::VARCHAR AS n, d::VARCHAR AS d, big::VARCHAR AS big, ts::VARCHAR AS ts, plain::VARCHAR AS plain, day::VARCHAR AS day, clock::VARCHAR AS clock, f::VARCHAR AS f, r::VARCHAR AS r) FROM data ORDER BY id',
  );
  assert.deepEqual(rows[0], {
    id: 1,
    n: '12345678901234567890.123456789',
    d: '10.10',
    big: '9223372036854775807',
    f: '0.1',
    r: '0.1',
    b: true,
    t: '',
    ts: '2026-01-01 00:00:00',
    plain: '2026-01-01 00:00:00.123456',
    day: '2026-02-28',
    clock: '23:59:59.5',
    j: '{"a": [1, "x\\"y"]}',
    list: '[1,null,3]',
    words: '["a","b,c","d\\"e"]',
    bytes: '3q2+7w==',
    span: 'P1DT2H3M',
    u: '00000000-0000-0000-0000-000000000001',
    huge: '123456789012345678901234567890123456789.5',
    odd: Number.NaN,
  });
  assert.deepEqual(rows[1], {
    id: 2,
    n: '-0.000000001',
    d: null,
    big: '-1',
    f: 'nan',
    r: 'inf',
    b: false,
    t: 'line\nbreak, "quoted"; \r\n😀',
    ts: null,
    plain: 'infinity',
    day: '0044-03-15 (BC)',
    clock: null,
    j: 'null',
    list: '[]',
    words: null,
    bytes: '',
    span: null,
    u: null,
    huge: '1',
    odd: Number.POSITIVE_INFINITY,
  });
  assert.deepEqual(Object.values(rows[2] ?? {}), [3, ...Array.from({ length: 19 }, () => null)]);
  const types = new Map(newestSnapshot(p.store, 'items')?.columns.map(({ name, sqlType }) => [name, sqlType]));
  assert.deepEqual(
    ['n', 'd', 'big', 'ts', 'odd', 'huge'].map((name) => types.get(name)),
    ['DECIMAL(29,9)', 'DECIMAL(12,2)', 'BIGINT', 'TIMESTAMP', 'DOUBLE', 'VARCHAR'],
  );
  assert.ok(p.logs.some((line) => /bytes: bytes are written as base64/.test(line)));
  assert.ok(p.logs.some((line) => /huge: numbers of 40 digits do not fit a numeric type and stay text/.test(line)));
});

test('with a watermark only newer rows are read; with a key they replace the old ones', options, async () => {
  await server.query(
    `DROP TABLE IF EXISTS items; CREATE TABLE items (id int PRIMARY KEY, name text, updated_at timestamptz); INSERT INTO items VALUES (1, 'a', '2026-01-01 00:00:00.000001Z'), (2, 'b', '2026-01-02Z'), (3, 'c', '2026-01-02Z')`,
  );
  const p = project(source('sql/pull.sql', ', watermark: updated_at'), {
    schema: keyedSchema,
    files: { 'sql/pull.sql': 'SELECT * FROM items -- all\n;\n' },
  });
  const rows = async () =>
    (await p.rows('data/items.parquet', 'SELECT id, name FROM data ORDER BY id')).map(({ id, name }) => [id, name]);
  assert.equal((await p.pull()).stages[0]?.summary, '3 rows');
  assert.equal(newestSnapshot(p.store, 'items')?.state?.watermark?.value, '2026-01-02 00:00:00+00');
  const again = await p.pull();
  assert.deepEqual(
    [again.stages[0]?.summary, again.stages[0]?.reasons],
    ['3 rows · nothing new', ['its source is asked again']],
  );
  assert.equal(listSnapshots(p.store, 'items').length, 1);
  // One at the very time of the boundary, which came late; one that changed; one that is new.
  await server.query(
    `INSERT INTO items VALUES (4, 'late', '2026-01-02Z'), (5, 'new', '2026-01-03Z'); UPDATE items SET name = 'A', updated_at = '2026-01-04Z' WHERE id = 1`,
  );
  assert.equal((await p.pull()).stages[0]?.summary, '5 rows · 2 added · 1 replaced');
  assert.deepEqual(await rows(), [
    [1, 'A'],
    [2, 'b'],
    [3, 'c'],
    [4, 'late'],
    [5, 'new'],
  ]);
  const [newest, parent] = listSnapshots(p.store, 'items');
  assert.equal(newest?.parent, parent?.id);
  assert.equal(newest?.source, `postgres://127.0.0.1:${server.port}/postgres · sql/pull.sql`);
  // A changed query starts from the beginning, and so does --force.
  await server.query('DELETE FROM items WHERE id = 2');
  writeFiles(p.root, { 'sql/pull.sql': 'SELECT * FROM items WHERE id < 100' });
  assert.equal((await p.pull()).stages[0]?.summary, '4 rows');
  await server.query('DELETE FROM items WHERE id = 3');
  assert.equal((await p.pull()).stages[0]?.summary, '4 rows · nothing new');
  assert.equal((await p.pull({ force: true })).stages[0]?.summary, '3 rows');
});

test(
  'without a key rows are added, and what a person did to the file in between counts for nothing',
  options,
  async () => {
    await server.query(
      `DROP TABLE IF EXISTS log; CREATE TABLE log (n bigserial, "a""b'; DROP TABLE log; --" text); INSERT INTO log (n) SELECT generate_series(1, 5)`,
    );
    const p = project(source(`SELECT n, "a""b'; DROP TABLE log; --" FROM log`, ', watermark: n'), {
      path: 'data/items.csv',
    });
    assert.equal((await p.pull()).stages[0]?.summary, '5 rows');
    await server.query(`INSERT INTO log VALUES (6, 'six'), (7, '')`);
    writeFiles(p.root, { 'data/items.csv': 'n\n1\n' });
    assert.equal((await p.pull()).stages[0]?.summary, '7 rows · 2 added');
    assert.deepEqual(
      (await p.rows('data/items.csv', 'SELECT n FROM data ORDER BY n')).map(({ n }) => n),
      [1, 2, 3, 4, 5, 6, 7],
    );
    // Without anything new the version is put back as it was.
    writeFiles(p.root, { 'data/items.csv': 'n\n1\n' });
    await p.pull();
    assert.equal((await p.rows('data/items.csv')).length, 7);
  },
);

test('a million rows come through a cursor with little memory', { ...options, timeout: 300_000 }, async () => {
  const p = project(
    source('SELECT i AS id, md5(i::text) AS word, i * 0.25 AS amount FROM generate_series(1, 1000000) AS i'),
  );
  const start = process.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed);
  }, 20);
  const outcome = await p.pull();
  clearInterval(watch);
  assert.equal(outcome.stages[0]?.summary, '1,000,000 rows');
  assert.deepEqual(
    await p.rows('data/items.parquet', 'SELECT count(*) AS n, sum(id) AS ids, sum(amount)::DOUBLE AS amount FROM data'),
    [{ n: 1_000_000, ids: 500_000_500_000, amount: 125_000_125_000 }],
  );
  assert.ok(
    most < 200e6,
    `JavaScript held ${(most / 1e6).toFixed(0)} MB (process at the start ${(start / 1e6).toFixed(0)} MB)`,
  );
  assert.deepEqual(globSync('.loopwright/downloads/**/*.rows', { cwd: p.root }), []);
});

test('a query that fails, writes or lacks the watermark is reported with its place', options, async () => {
  const told = async (from: string, files: Record<string, string> = {}) =>
    (await project(from, { files }).pull()).error;
  const syntax = await told(source('sql/x.sql'), { 'sql/x.sql': 'SELECT 1 AS a,\n  nothing_here\n' });
  assert.match(syntax?.message ?? '', /`sql\/x\.sql` failed: column "nothing_here" does not exist/);
  assert.deepEqual([syntax?.place?.file, syntax?.place?.line], ['sql/x.sql', 2]);
  assert.match(
    (await told(source('SELECT 1 AS a', ', watermark: updated')))?.message ?? '',
    /The watermark `updated` is not a column of the query\. Its columns are: a\./,
  );
  assert.match(
    (await told(source('SELECT 1 AS updatd', ', watermark: updated')))?.message ?? '',
    /Did you mean `updatd`/,
  );
  assert.match((await told(source('SELECT 1 AS a, 2 AS "A"')))?.message ?? '', /returns the column `A` twice/);
  assert.match((await told(source('DELETE FROM items RETURNING *')))?.message ?? '', /failed: /);
  assert.match((await told(source("SELECT * FROM nextval('log_n_seq')")))?.message ?? '', /failed: .*read-only/);
  assert.match(
    (await told(source('sql/none.sql'), { 'sql/none.sql': ' ; ' }))?.message ?? '',
    /empty; it needs one SELECT/,
  );
  assert.match((await told(source("SELECT 'NaN'::float8 AS w", ', watermark: w')))?.message ?? '', /highest w is NaN/);
});

test('passwords are in no log, error, snapshot, store or lock', options, async () => {
  const p = project(source('SELECT 1 AS id'));
  await p.pull();
  p.env['DATABASE_URL'] = server.url.replace('/postgres', '/nowhere');
  const { error } = await p.pull();
  assert.match(
    error?.message ?? '',
    /PostgreSQL refused the connection: database "nowhere" does not exist\. Correct the name/,
  );
  p.env['DATABASE_URL'] = `postgres://ada:s3cr3t-pass@127.0.0.1:1/x`;
  const closed = await p.pull();
  assert.match(
    closed.error?.message ?? '',
    /PostgreSQL could not be read: connect ECONNREFUSED 127\.0\.0\.1:1 \(tried 4 times\)/,
  );
  p.env['DATABASE_URL'] = '';
  assert.match(
    (await p.pull().catch((problem: Error) => ({ error: problem }))).error?.message ?? '',
    /DATABASE_URL|must be an address|problem/,
  );
  const files = [
    ...readdirSync(join(p.root, '.loopwright'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
    join(p.root, 'loopwright.lock'),
  ];
  for (const file of files) assert.ok(!readFileSync(file, 'latin1').includes('s3cr3t-pass'), file);
  assert.ok(!p.logs.join('\n').includes('s3cr3t'));
  assert.ok(files.some((file) => file.endsWith('loopwright.db')));
});

test('cancelling ends the query on the server at once, and leaves no incomplete file', options, async () => {
  const p = project(source('SELECT i, pg_sleep(0.01) FROM generate_series(1, 100000) i'));
  const abort = new AbortController();
  const running = p.pull({ signal: abort.signal }).catch((error: Error) => error.name);
  const active = async () =>
    Number(
      (
        await server.query(
          `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'loopwright' AND state = 'active' AND query LIKE '%pg_sleep%'`,
        )
      ).rows[0].n,
    );
  await until('the query runs', async () => (await active()) > 0);
  abort.abort();
  assert.equal(await running, 'CancelledError');
  await until('the server has stopped it', async () => (await active()) === 0, 10_000);
  assert.ok(!existsSync(join(p.root, 'data/items.parquet')));
  assert.deepEqual(globSync('.loopwright/downloads/**/*.rows', { cwd: p.root }), []);
});

test('a run killed in the middle of a pull loses and doubles nothing', options, async () => {
  await server.query('DROP TABLE IF EXISTS grows; CREATE TABLE grows AS SELECT generate_series(1, 500) AS n');
  const p = project(
    source(
      'SELECT n, pg_sleep(CASE WHEN n > 500 THEN 0.005 ELSE 0 END)::text AS w FROM grows',
      ', watermark: n, batch: 10',
    ),
  );
  assert.equal((await p.pull()).stages[0]?.summary, '500 rows');
  const before = readFileSync(join(p.root, 'data/items.parquet'));
  await server.query('INSERT INTO grows SELECT generate_series(501, 900)');
  const running = startCli(['run', 'pull'], { cwd: p.root, env: { DATABASE_URL: server.url } });
  const rows = () => globSync('.loopwright/downloads/**/*.rows', { cwd: p.root });
  await until('some rows are here', () => rows().some((file) => readFileSync(join(p.root, file)).length > 100));
  running.child.kill('SIGKILL');
  await running.ended;
  assert.deepEqual(readFileSync(join(p.root, 'data/items.parquet')), before);
  assert.equal((await p.pull()).stages[0]?.summary, '900 rows · 400 added');
  assert.deepEqual(await p.rows('data/items.parquet', 'SELECT count(*) AS n, count(DISTINCT n) AS d FROM data'), [
    { n: 900, d: 900 },
  ]);
  assert.deepEqual(rows(), []);
});

test('a query is repeated after a server crash', options, async () => {
  await server.query('DROP TABLE IF EXISTS stay; CREATE TABLE stay AS SELECT generate_series(1, 1000) AS id');
  const p = project(source('SELECT id, pg_sleep(0.001) FROM stay'));
  const running = p.pull();
  await until(
    'the query runs',
    async () =>
      Number(
        (
          await server.query(
            `SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(0.001)%' AND application_name = 'loopwright'`,
          )
        ).rows[0].n,
      ) > 0,
  );
  await server.crash();
  await server.start();
  const outcome = await running;
  assert.equal(outcome.stages[0]?.summary, '1,000 rows', outcome.error?.message);
  assert.ok(p.logs.some((line) => /PostgreSQL could not be read \(.*\), trying again/.test(line)));
});

test(
  'TLS: required, checked, for another host, with a client certificate, and where it is missing',
  options,
  async () => {
    const made = makeCertificates(server.owner);
    const { ca, otherCa, client, stranger } = made;
    writeFileSync(
      join(made.folder, 'hba.conf'),
      'hostssl all tess 127.0.0.1/32 trust clientcert=verify-ca\nhost all ada 127.0.0.1/32 trust\n',
    );
    await server.query('CREATE USER tess');
    const restart = async ({ cert, key }: Pair) => {
      await server.crash();
      await server.start([
        'ssl=on',
        `ssl_cert_file=${cert}`,
        `ssl_key_file=${key}`,
        `ssl_ca_file=${ca}`,
        `hba_file=${join(made.folder, 'hba.conf')}`,
      ]);
    };
    /** Whether the connection is encrypted, or the sentence that says why there is none. */
    const at = (parameters: string, more: object = {}, url = server.url, env: Record<string, string> = {}) =>
      peekIn(
        makeProject({ 'certs/ca.pem': readFileSync(ca, 'utf8') }),
        {
          postgres: `${url}${parameters}`,
          query: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
          ...more,
        },
        { env },
      ).then(
        ({ rows }) => rows[0]?.[0] ?? '',
        (error: Error) => error.message,
      );
    assert.equal(await at(''), 'false', 'not encrypted where the server cannot');
    assert.match(await at('?sslmode=require'), /does not encrypt connections, and `require` asks for it/);
    assert.match(await at('', { ssl: 'require' }), /does not encrypt connections, and `require` asks for it/);
    assert.match(await at('', { ca: 'certs/ca.pem' }), /does not encrypt connections, and `verify-ca` asks for it/);
    assert.match(await at('?sslmode=always'), /`sslmode=always`, which is not a mode/);
    await restart(made.server);
    for (const [parameters, more] of [
      ['', {}],
      ['?sslmode=require', {}],
      ['?sslmode=no-verify&application_name=x', {}],
      ['?sslmode=require&sslrootcert=certs/ca.pem', {}],
      ['?sslmode=verify-full&sslrootcert=certs/ca.pem', {}],
      ['', { ssl: 'require' }],
      ['', { ca: 'certs/ca.pem' }],
      ['', { ssl: 'verify-full', ca }],
    ] as const)
      assert.equal(await at(parameters, more), 'true', JSON.stringify([parameters, more]));
    assert.equal(await at('', {}, server.url, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'certs/ca.pem' }), 'true');
    assert.equal(await at('', { ssl: 'verify-full', ca }, server.url.replace('127.0.0.1', 'localhost')), 'true');
    assert.equal(await at('?sslmode=disable'), 'false');
    assert.match(
      await at('?ssl=true'),
      /authority that is not known here .* with `ca`, or `sslrootcert` in the address/,
    );
    assert.match(await at('', { ca: otherCa }), /has a certificate that `.*other-ca\.pem` did not sign/);
    assert.match(await at(`?sslmode=require&sslrootcert=${otherCa}`), /`.*other-ca\.pem` did not sign/);
    const tess = server.url.replace('ada:s3cr3t-pass', 'tess');
    assert.equal(await at('', { ca, ...client }, tess), 'true');
    assert.equal(await at(`?sslmode=require&sslcert=${client.cert}&sslkey=${client.key}`, {}, tess), 'true');
    assert.match(await at('', { ca }, tess), /client certificate\. Name the client certificate with `cert` and `key`/);
    assert.match(await at('', { ca, ...stranger }, tess), /does not accept the client certificate `.*eve\.pem`/);
    assert.match(
      await at('?sslmode=disable', {}, tess),
      /refused the connection: .*only encrypted connections: use `ssl: require`/,
    );
    await restart(made.elsewhere);
    assert.equal(await at('', { ca }), 'true', 'verify-ca takes a certificate for another host');
    assert.match(await at('', { ca, ssl: 'verify-full' }), /certificate for `db\.example`, not for `127\.0\.0\.1`/);
    await restart(made.expired);
    assert.match(await at('', { ca }), /certificate that has expired/);
  },
);
