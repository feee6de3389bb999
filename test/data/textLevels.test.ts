import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { profileTable } from '../../engine/data/profileTable.ts';

const db = await openDatabase({ threads: 2 });
after(() => db.close());

const rows = 220_000;
// Tried: texts that all differ, a few frequent ones among many, frequencies that fall slowly, different ones below and
// above the limit, missing values, and two rows of the same text among texts that otherwise differ.
await db.run(
  `CREATE TABLE texts AS SELECT 'k' || i AS key, CASE WHEN i % 10 < 3 THEN '/' || (i % 10) ELSE '/item/' || i END AS path, CASE WHEN i % 3 > 0 THEN 'v' || (i % 190000) END AS gaps, 'z' || CAST(floor(pow(hash(i) / 18446744073709551616, 3) * 200000) AS INTEGER) AS skewed, 'f' || (i % 5000) AS few, 'd' || greatest(i, 1) AS nearly FROM range(${rows}) t(i)`,
);

test('texts of a large table: distinct within 3 %, the most frequent with their counts', async () => {
  for (const countKeys of [true, false]) {
    const profiles = await profileTable(db, 'texts', { countKeys });
    for (const { name, distinct, exact, top, missing } of profiles) {
      const [truth] = await db.rows(`SELECT count(DISTINCT ${name}) AS d, count(*) - count(${name}) AS m FROM texts`);
      const wanted = Number(truth?.['d']);
      assert.equal(missing, Number(truth?.['m']), name);
      assert.ok(Math.abs(distinct / wanted - 1) < 0.03, `${name}: ${distinct} for ${wanted}`);
      if (exact) assert.equal(distinct, wanted, name);
      assert.equal(exact, name === 'few' || (/key|nearly/.test(name) && countKeys), name);
      assert.equal(top?.length, 10);
      const most = await db.rows(
        `SELECT ${name} AS value, count(*) AS count FROM texts WHERE ${name} IS NOT NULL GROUP BY 1 HAVING count(*) > 30 ORDER BY 2 DESC, 1 LIMIT 10`,
      );
      assert.deepEqual(
        top?.slice(0, most.length),
        most.map(({ value, count }) => ({ value, count: Number(count) })),
        name,
      );
    }
  }
});

test('a small table is counted whole', async () => {
  const [key] = await profileTable(db, '(SELECT key FROM texts LIMIT 150000)', { countKeys: false });
  assert.deepEqual([key?.distinct, key?.exact], [150_000, true]);
});
