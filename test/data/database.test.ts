import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { CancelledError, WorkError } from '../../engine/base/errors.ts';

const db = await openDatabase({ threads: 2 });
after(() => db.close());

test('rows are plain JavaScript', async () => {
  const [row] =
    await db.rows(`SELECT 1::BIGINT AS big, 1.5::DECIMAL(5,2) AS dec, 'x' AS text, true AS yes, NULL AS none, DATE '2026-01-02' AS day,
    TIMESTAMP '1970-01-01 00:00:01.5' AS at, TIMESTAMPTZ '1970-01-01 01:00:00+01' AS zoned, [1, 2] AS list, {'a': 1::BIGINT} AS struct, sum(3) AS total`);
  assert.deepEqual(row, {
    big: 1,
    dec: 1.5,
    text: 'x',
    yes: true,
    none: null,
    day: '2026-01-02',
    at: 1500,
    zoned: 0,
    list: [1, 2],
    struct: { a: 1 },
    total: 3,
  });
});

test('a table is columnar over many chunks, in order, NaN for null', async () => {
  const table =
    await db.table(`SELECT i::INTEGER AS i, CASE WHEN i % 2 = 0 THEN i / 2.0 END AS half, i % 2 = 0 AS even, 'r' || i AS name, to_timestamp(i) AS at,
    CASE WHEN i > 0 THEN DATE '2026-01-01' END AS day FROM range(5000) t(i)`);
  assert.equal(table.rows, 5000);
  const { i, half, even, name, at, day } = table.columns;
  assert.ok(
    i?.kind === 'number' &&
      half?.kind === 'number' &&
      even?.kind === 'number' &&
      name?.kind === 'text' &&
      at?.kind === 'number' &&
      day?.kind === 'text',
  );
  assert.equal(i.values[4999], 4999);
  assert.equal(half.values[4998], 2499);
  assert.ok(Number.isNaN(half.values[4999]));
  assert.equal(even.values[4998], 1);
  assert.equal(name.values[3000], 'r3000');
  assert.equal(at.values[4999], 4_999_000);
  assert.deepEqual(day.values.slice(0, 2), [null, '2026-01-01']);
});

test('batches come in order, one after the other, and hold no more rows than a chunk beyond the size', async () => {
  const seen: number[] = [];
  let running = 0;
  await db.batches("SELECT i, 'r' || i AS name FROM range(20000) t(i)", 4096, async ({ rows, columns }) => {
    assert.equal(++running, 1);
    await new Promise(setImmediate);
    running--;
    assert.ok(rows <= 4096 + 2048 && columns['name']?.values.length === rows);
    for (const value of columns['i']?.values ?? []) seen.push(Number(value));
  });
  assert.deepEqual(seen, [...Array(20_000).keys()]);
  let visits = 0;
  await db.batches('SELECT 1 AS a WHERE false', 10, () => void visits++);
  assert.equal(visits, 0);
  await assert.rejects(
    db.batches('SELECT 1 AS a', 10, () => Promise.reject(new WorkError('no'))),
    new WorkError('no'),
  );
  assert.deepEqual(await db.rows('SELECT 2 AS a'), [{ a: 2 }], 'the connection still answers');
});

test('an empty result still has its columns', async () => {
  const table = await db.table("SELECT 1 AS a, 'x' AS b WHERE false");
  assert.deepEqual([table.rows, table.columns['a']?.kind, table.columns['b']?.kind], [0, 'number', 'text']);
});

test('parameters are positional or named', async () => {
  assert.deepEqual(await db.rows('SELECT ? AS a, ? AS b', [1, "o'x"]), [{ a: 1, b: "o'x" }]);
  assert.deepEqual(await db.rows('SELECT $n + 1 AS a', { n: 2 }), [{ a: 3 }]);
});

test('an invalid statement is a WorkError with the message of DuckDB', async () => {
  await assert.rejects(
    db.rows('SELECT nothere FROM range(3)'),
    (error) => error instanceof WorkError && /nothere/.test(error.message),
  );
});

test('interrupt stops the running statement, and later ones run', async () => {
  const slow = db.rows('SELECT count(*) FROM range(100000000) a, range(1000) b WHERE (a.range * b.range) % 7 = 3');
  // An interrupt before the statement starts has no effect, so it is repeated.
  const interrupts = setInterval(() => db.interrupt(), 10);
  await assert.rejects(slow, CancelledError).finally(() => clearInterval(interrupts));
  assert.deepEqual(await db.rows('SELECT 1 AS a'), [{ a: 1 }]);
});
