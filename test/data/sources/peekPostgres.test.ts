// Variations: columns of every kind, a query of one's own and one in a file, a watermark of a time and of a number,
// nothing new, a slow count, a slow query, a missing table, column and permission, a query that writes, a wrong
// password, database and port, an address that is not set.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { makeProject } from '../../helpers/makeProject.ts';
import { peekIn } from '../../helpers/peekIn.ts';
import { freePort, startPostgres, withoutPostgres, type PostgresServer } from '../../helpers/postgres.ts';

const options = { skip: withoutPostgres };
// Without a server, the tests below that need one are skipped.
const server = (withoutPostgres ? null : await startPostgres()) as PostgresServer;
const root = makeProject({ 'orders.sql': 'SELECT id, total\nFROM orders;\n' });
const from = (query: string, watermark?: string) => ({ postgres: server?.url ?? '', query, watermark });

if (server)
  await server.query(`CREATE TABLE orders (id int PRIMARY KEY, total numeric(12,2), free numeric, made timestamptz, words text[], raw bytea);
    INSERT INTO orders SELECT i, i / 4.0, CASE i WHEN 1 THEN 123456789012345678901.5 END, '2026-01-01 00:00:00+02'::timestamptz + i * interval '1 minute', '{a,"b,c"}', '\\xdead' FROM generate_series(1, 5000) i;
    CREATE TABLE private (id int); CREATE ROLE bob LOGIN PASSWORD 'x'; GRANT SELECT ON orders TO bob`);

test('first rows as texts, types, number and freshness', options, async () => {
  const peek = await peekIn(root, from('SELECT * FROM orders ORDER BY id'), { rows: 2, timestamp: 'made' });
  assert.deepEqual(peek.rows, [
    ['1', '0.25', '123456789012345678901.5', '2025-12-31 22:01:00+00', '["a","b,c"]', '3q0='],
    ['2', '0.50', null, '2025-12-31 22:02:00+00', '["a","b,c"]', '3q0='],
  ]);
  assert.deepEqual(
    peek.columns.map(({ name, type }) => `${name} ${type}`),
    ['id INTEGER', 'total DECIMAL(12,2)', 'free DECIMAL(22,1)', 'made TIMESTAMP', 'words VARCHAR', 'raw VARCHAR'],
  );
  assert.equal(peek.total, 5000);
  assert.equal(peek.newest, '2026-01-04T09:20:00.000Z');
  assert.match(peek.about, /^PostgreSQL [\d.]+, database postgres on 127\.0\.0\.1:\d+$/);
  assert.deepEqual(peek.notes, ['words: lists are written as JSON.', 'raw: bytes are written as base64.']);
  assert.deepEqual((await peekIn(root, from('orders.sql'), { rows: 1 })).rows, [['1', '0.25']]);
  assert.deepEqual(readdirSync(root), ['orders.sql']);
});

test(
  'after a watermark: only the next rows, in its order; the freshest row stays that of the whole',
  options,
  async () => {
    const since = (column: string, value: string) => ({ since: { column, value, kind: 'text' as const } });
    const next = await peekIn(root, from('SELECT id, made FROM orders', 'id'), { rows: 1, ...since('id', '4990') });
    assert.deepEqual([next.rows[0]?.[0], next.total], ['4991', 10]);
    const none = await peekIn(
      root,
      from('SELECT id, made FROM orders', 'made'),
      since('made', '2026-01-04 09:20:00+00'),
    );
    assert.deepEqual([none.rows, none.total, none.newest], [[], 0, '2026-01-04T09:20:00.000Z']);
  },
);

test('what takes long is left out or ends', options, async () => {
  const slow = await peekIn(root, from('SELECT id, CASE WHEN id > 20 THEN pg_sleep(0.05)::text END AS s FROM orders'));
  assert.equal(slow.rows.length, 20);
  assert.equal(slow.total, undefined);
  assert.match(slow.notes?.join() ?? '', /Counting the rows takes longer than 2 s/);
  await assert.rejects(
    peekIn(root, from('SELECT pg_sleep(60)'), { limitMs: 300 }),
    /did not answer within 0\.3 s\. Check that it can be reached/,
  );
});

test('an error says what to do, and never the password', options, async () => {
  const { url, port } = server;
  const cases: [{ postgres: string; query: string }, RegExp][] = [
    [from('SELECT * FROM ordres'), /relation "ordres" does not exist\..* Did you mean `orders`\?/],
    [from('SELECT * FROM customers'), /"customers" does not exist\..* The tables are: orders, private\./],
    [from('SELECT\n  totl FROM orders'), /column "totl" does not exist.*\(line 2 of the query\)/],
    [from('INSERT INTO private VALUES (1) RETURNING id'), /syntax error|must not change data/],
    [from("SELECT nextval('s') FROM pg_sleep(0)"), /"s" does not exist/],
    [{ ...from('SELECT * FROM private'), postgres: url.replace('ada:', 'bob:') }, /permission denied.*Grant the user/],
    [{ ...from('SELECT 1'), postgres: url.replace(/postgres$/, 'shop') }, /"shop" does not exist\. Correct the name/],
    [
      { ...from('SELECT 1'), postgres: url.replace(String(port), String(await freePort())) },
      /ECONNREFUSED.*Check that/,
    ],
    [{ ...from('SELECT 1'), postgres: '${env.DATABASE_URL}' }, /DATABASE_URL is not set\. Set it to the address/],
  ];
  for (const [source, message] of cases)
    await assert.rejects(peekIn(root, source), (error: Error) => {
      assert.match(error.message, message);
      assert.ok(!error.message.includes('s3cr3t-pass'), error.message);
      return true;
    });
});
