import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { inferSchema } from '../../engine/data/inferSchema.ts';
import { profileTable } from '../../engine/data/profileTable.ts';

const db = await openDatabase({ threads: 2 });
after(() => db.close());
const source = `(SELECT 'k' || i AS row_id, i::DOUBLE AS x, CASE WHEN i < 25 THEN 'nan'::DOUBLE ELSE 7 END AS gaps, CASE WHEN i % 4 = 0 THEN 'a' ELSE 'b' END AS kind,
  TIMESTAMP '2026-01-01' + to_hours(i::INTEGER) AS at, NULL::INTEGER AS empty FROM range(100) t(i))`;

test('profiles numbers, texts, times and empty columns', async () => {
  const [id, x, gaps, kind, at, empty] = await profileTable(db, source);
  assert.deepEqual([id?.distinct, id?.numbers, id?.top?.length], [100, null, 10]);
  assert.deepEqual(
    [x?.numbers?.min, x?.numbers?.median, x?.numbers?.max, x?.numbers?.mean, x?.missing],
    [0, 49.5, 99, 49.5, 0],
  );
  assert.equal(x?.numbers?.histogram.edges.length, 21);
  assert.deepEqual(
    x?.numbers?.histogram.counts,
    Array.from({ length: 20 }, () => 5),
  );
  assert.deepEqual([gaps?.missing, gaps?.distinct, gaps?.numbers?.histogram], [25, 1, { edges: [7, 7], counts: [75] }]);
  assert.deepEqual(kind?.top, [
    { value: 'b', count: 75 },
    { value: 'a', count: 25 },
  ]);
  assert.equal(at?.numbers?.min, Date.UTC(2026, 0, 1));
  assert.deepEqual([empty?.missing, empty?.numbers], [100, null]);
});

// Tried: dates and times of day, missing ones among them, none at all, a single row, a wide table that is read by its cells.
test('dates and times of day have a first and a last value', async () => {
  const dates = `(SELECT DATE '2025-12-30' + i::INTEGER AS day, CASE WHEN i % 2 = 0 THEN TIME '08:00' + to_minutes(i) END AS clock, NULL::DATE AS none, i AS n FROM range(9) t(i))`;
  const [day, clock, none, n] = await profileTable(db, dates);
  assert.deepEqual(day?.range, { first: '2025-12-30', last: '2026-01-07' });
  assert.deepEqual([clock?.range, clock?.missing], [{ first: '08:00:00', last: '08:08:00' }, 4]);
  assert.deepEqual([none?.range, n?.range], [undefined, undefined]);
  const columns = Array.from({ length: 400 }, (_, c) => `DATE '2026-01-01' + (i + ${c})::INTEGER AS c${c}`);
  const wide = await profileTable(db, `(SELECT ${columns.join(', ')} FROM range(3) t(i))`);
  assert.deepEqual([wide.length, wide[399]?.range], [400, { first: '2027-02-04', last: '2027-02-06' }]);
});

test('reports zeros, signs, infinities, lengths and the median of a long tail', async () => {
  const [x, text, tail] = await profileTable(
    db,
    `(SELECT CASE WHEN i = 3 THEN 'inf'::DOUBLE ELSE i - 2 END AS x, repeat('é', i::INTEGER) AS text, exp(i * 0.5) AS tail FROM range(41) t(i))`,
  );
  assert.deepEqual([x?.numbers?.zeros, x?.numbers?.negative, x?.numbers?.infinite, x?.numbers?.max], [1, 2, 1, 38]);
  assert.deepEqual(text?.lengths, { min: 0, mean: 20, max: 40 });
  assert.equal(tail?.numbers?.core, null);
  const [wide] = await profileTable(db, `(SELECT CASE WHEN i = 0 THEN 1e9 ELSE i END AS v FROM range(1000) t(i))`);
  assert.deepEqual(
    [wide?.numbers?.histogram.counts[0], wide?.numbers?.core?.counts.length, wide?.numbers?.core?.edges[0]],
    [999, 20, 10.99],
  );
});

test('numbers of any size, at the limits of a double', async () => {
  const huge = await profileTable(
    db,
    `(SELECT unnest([1e300, -1e300, 9223372036854775808.0, 5e-324, 1.7976931348623157e308])::DOUBLE AS v)`,
  );
  assert.deepEqual(
    [huge[0]?.numbers?.min, huge[0]?.numbers?.max, huge[0]?.numbers?.median],
    [-1e300, 1.7976931348623157e308, 9223372036854775808],
  );
  for (const exactRows of [0, 100]) {
    const [whole] = await profileTable(
      db,
      `(SELECT (9223372036854775808.0 + i * 1e16)::DOUBLE AS v FROM range(10) t(i))`,
      { exactRows },
    );
    assert.deepEqual(
      [whole?.numbers?.min, whole?.numbers?.histogram.counts.reduce((sum, n) => sum + n, 0)],
      [9223372036854775808, 10],
    );
  }
});

test('bins of whole numbers contain equally many integers', async () => {
  for (const exactRows of [0, 1000]) {
    const [hour, few, many] = await profileTable(
      db,
      '(SELECT i % 24 AS hour, i % 3 AS few, i % 100 - 50 AS many FROM range(600) t(i))',
      { exactRows },
    );
    assert.deepEqual(hour?.numbers?.histogram, {
      edges: Array.from({ length: 13 }, (_, i) => i * 2),
      counts: Array.from({ length: 12 }, () => 50),
    });
    assert.deepEqual(few?.numbers?.histogram, { edges: [0, 1, 2, 3], counts: [200, 200, 200] });
    assert.deepEqual(
      [many?.numbers?.histogram.edges[0], many?.numbers?.histogram.edges.at(-1), many?.numbers?.histogram.counts],
      [-50, 50, Array.from({ length: 20 }, () => 30)],
    );
  }
});

test('infers a schema to start from', async () => {
  assert.deepEqual(await inferSchema(db, source), {
    fields: [
      { name: 'row_id', type: 'string', constraints: { required: true }, loopwright: { role: 'id' } },
      { name: 'x', type: 'number', constraints: { required: true } },
      { name: 'gaps', type: 'number' },
      { name: 'kind', type: 'string', constraints: { required: true }, categories: ['a', 'b'] },
      { name: 'at', type: 'datetime', constraints: { required: true }, loopwright: { role: 'timestamp' } },
      { name: 'empty', type: 'integer' },
    ],
    primaryKey: 'row_id',
  });
});
