import type { Database } from './database.ts';
import { countRows, positional, shown, type RowChanges, type Sides } from './diffSides.ts';

/** Counts how many more times each row occurs in one table than in the other. */
export async function diffByRow(db: Database, { before, after, common }: Sides, limit: number): Promise<RowChanges> {
  const rows = { before: await countRows(db, before), after: await countRows(db, after) };
  const none: RowChanges = {
    key: null,
    rows: { ...rows, added: rows.after, removed: rows.before, changed: null },
    changedColumns: [],
    examples: { added: [], removed: [], changed: [] },
  };
  if (common.length === 0) return none;
  const list = common.map((_, i) => `c${i}`).join(', ');
  await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_diff AS SELECT ${list}, sum(side) AS more FROM
    (SELECT ${list}, -1 AS side FROM ${positional(before, common, 'old')} UNION ALL SELECT ${list}, 1 AS side FROM ${positional(after, common, 'now')}) GROUP BY ${list} HAVING sum(side) <> 0`);
  const [sum = {}] = await db.rows(
    'SELECT coalesce(sum(more) FILTER (more > 0), 0)::BIGINT AS added, coalesce(-sum(more) FILTER (more < 0), 0)::BIGINT AS removed FROM loopwright_diff',
  );
  const some = async (which: string) =>
    (
      await db.rows(
        `SELECT ${common.map((_, i) => `CAST(c${i} AS VARCHAR) AS c${i}`).join(', ')} FROM loopwright_diff WHERE ${which} ORDER BY ${common.map((_, i) => `loopwright_diff.c${i}`).join(', ')} LIMIT ${limit}`,
      )
    ).map((row) => Object.fromEntries(common.map(({ name }, i) => [name, shown(row[`c${i}`])])));
  const result: RowChanges = {
    ...none,
    rows: { ...rows, added: Number(sum['added']), removed: Number(sum['removed']), changed: null },
    examples: { added: await some('more > 0'), removed: await some('more < 0'), changed: [] },
  };
  await db.run('DROP TABLE loopwright_diff');
  return result;
}
