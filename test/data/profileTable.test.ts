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
  assert.deepEqual([x?.numbers?.min, x?.numbers?.median, x?.numbers?.max, x?.numbers?.mean, x?.missing], [0, 49.5, 99, 49.5, 0]);
  assert.equal(x?.numbers?.histogram.edges.length, 21);
  assert.deepEqual(x?.numbers?.histogram.counts, Array.from({ length: 20 }, () => 5));
  assert.deepEqual([gaps?.missing, gaps?.distinct, gaps?.numbers?.histogram], [25, 1, { edges: [7, 7], counts: [75] }]);
  assert.deepEqual(kind?.top, [{ value: 'b', count: 75 }, { value: 'a', count: 25 }]);
  assert.equal(at?.numbers?.min, Date.UTC(2026, 0, 1));
  assert.deepEqual([empty?.missing, empty?.numbers], [100, null]);
});

test('infers a schema to start from', async () => {
  assert.deepEqual(await inferSchema(db, source), {
    fields: [
      { name: 'row_id', type: 'string', constraints: { required: true }, loopwright: { role: 'id' } },
      { name: 'x', type: 'number', constraints: { required: true } },
      { name: 'gaps', type: 'number', constraints: { required: true } },
      { name: 'kind', type: 'string', constraints: { required: true }, categories: ['a', 'b'] },
      { name: 'at', type: 'datetime', constraints: { required: true }, loopwright: { role: 'timestamp' } },
      { name: 'empty', type: 'integer' },
    ],
    primaryKey: 'row_id',
  });
});
