import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { joinParquet } from '../../../engine/data/parquet/joinParquet.ts';
import { makeProject } from '../../helpers/makeProject.ts';

// Tried: dictionaries with bloom filters, plain pages, nulls, columns of one value, row groups of several sizes, a file
// of one row, a file without a row, snappy beside zstd, more than 14 row groups and columns; other columns, in another
// order, of other types.
test('Parquet files are joined by their row groups', async () => {
  const root = makeProject({});
  const db = await openDatabase();
  const path = (name: string) => join(root, `${name}.parquet`);
  const rows = (from: number, to: number) =>
    `SELECT i, '_' || (i % 50) AS few, 'file' AS _own, i / 7.0::DOUBLE AS d, TIMESTAMP '2026-01-01' + to_seconds(i) AS t, CASE WHEN i % 3 = 0 THEN 'x' || i END AS many, NULL::VARCHAR AS nothing, i % 2 = 0 AS b, ${Array.from({ length: 12 }, (_, k) => `i + ${k} AS c${k}`).join(', ')} FROM range(${from}, ${to}) r(i)`;
  const columns = ['i', 'few', 'd', 't', 'many', 'nothing', 'b', ...Array.from({ length: 12 }, (_, k) => `c${k}`)];
  try {
    const parts: [string, number, number, string][] = [
      ['a', 0, 9000, 'COMPRESSION zstd, ROW_GROUP_SIZE 2048'],
      ['b', 9000, 9001, 'COMPRESSION snappy'],
      ['c', 9001, 9001, 'COMPRESSION zstd'],
      ['d', 9001, 60_000, 'COMPRESSION zstd, ROW_GROUP_SIZE 4096'],
    ];
    for (const [name, from, to, options] of parts)
      await db.run(`COPY (${rows(from, to)}) TO '${path(name)}' (FORMAT parquet, ${options})`);
    assert.ok(
      await joinParquet(
        parts.map(([name]) => path(name)),
        columns,
        path('whole'),
      ),
    );
    const wanted = `(SELECT * EXCLUDE (_own) FROM (${rows(0, 60_000)}))`;
    const [row] = await db.rows(
      `SELECT count(*) AS n, count(*) FILTER (x IS DISTINCT FROM y) AS other FROM (SELECT x FROM '${path('whole')}' x) POSITIONAL JOIN (SELECT y FROM ${wanted} y)`,
    );
    assert.deepEqual(row, { n: 60_000, other: 0 });
    // Bounds and bloom filters are those of their own groups.
    for (const [where, n] of [
      ["few = '_7'", 1200],
      ["many = 'x59997'", 1],
      ['i = 9000', 1],
      ["few = 'none'", 0],
    ] as const)
      assert.deepEqual(await db.rows(`SELECT count(*) AS n FROM '${path('whole')}' WHERE ${where}`), [{ n }], where);

    await db.run(
      `COPY (SELECT * REPLACE (i::INTEGER AS i) FROM (${rows(0, 9)})) TO '${path('typed')}' (FORMAT parquet)`,
    );
    assert.equal(await joinParquet([path('a'), path('typed')], columns, path('no')), false);
    assert.equal(await joinParquet([path('a')], ['few', 'i'], path('no2')), false);
    assert.equal(await joinParquet([path('a')], [...columns, 'absent'], path('no3')), false);
  } finally {
    db.close();
  }
});
