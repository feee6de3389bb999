import { DataError } from '../base/errors.ts';
import type { Database } from './database.ts';
import { countRows, positional, shown, type CommonColumn, type RowChanges, type Sides } from './diffSides.ts';

/** Columns compared in one statement: the time to plan it grows faster than the number of its expressions. */
const columnsAtOnce = 100;

/** Some of the columns, in a table with the rows that differ in them; the first one also has the other rows. */
interface Part {
  table: string;
  ordered: readonly CommonColumn[];
  others: { name: string; c: string }[];
}

/** Compares the rows of two tables by a key: those added, removed, and changed, column by column. */
export async function diffByKey(
  db: Database,
  { before, after, common }: Sides,
  key: readonly string[],
  limit: number,
): Promise<RowChanges> {
  const keyColumns = key.flatMap((name) => common.filter((column) => column.name === name));
  const others = common.filter(({ name }) => !key.includes(name));
  const keys = key.map((_, i) => `c${i}`);
  for (const [source, side, which] of [
    [before, 'old', 'before'],
    [after, 'now', 'after'],
  ] as const)
    await checkUnique(db, positional(source, keyColumns, side), keys, key, which);
  const parts: Part[] = [];
  for (let from = 0; from === 0 || from < others.length; from += columnsAtOnce) {
    const own = others.slice(from, from + columnsAtOnce);
    const named = own.map(({ name }, i) => ({ name, c: `c${key.length + i}` }));
    parts.push({ table: `loopwright_diff_${parts.length}`, ordered: [...keyColumns, ...own], others: named });
  }
  const changedColumns: RowChanges['changedColumns'] = [];
  let sum: Record<string, unknown> = {};
  for (const [i, part] of parts.entries()) {
    const row = await keepDifferences(db, { before, after }, part, keys, i === 0);
    if (i === 0) sum = row;
    changedColumns.push(...part.others.map(({ name, c }) => ({ name, rows: Number(row[`n${c}`]) })));
  }
  const [first] = parts;
  const names = key.map((name, i) => ({ name, c: `c${i}` }));
  const keysOf = (rows: Record<string, unknown>[]) =>
    rows.map((row) => Object.fromEntries(names.map(({ name, c }) => [name, shown(row[c])])));
  const some = (which: string) =>
    db.rows(
      `SELECT ${keys.map((c) => `CAST(${c} AS VARCHAR) AS ${c}`).join(', ')} FROM ${first?.table} d WHERE ${which} ORDER BY ${keys.map((c) => `d.${c}`).join(', ')} LIMIT ${limit}`,
    );
  const changedRows = parts
    .map(({ table }) => `SELECT ${keys.join(', ')} FROM ${table} WHERE NOT added AND NOT removed`)
    .join(' UNION ');
  const changed = parts.length === 1 ? Number(sum['changed']) : await countRows(db, `(${changedRows})`);
  const result: RowChanges = {
    key: [...key],
    rows: {
      before: await countRows(db, before),
      after: await countRows(db, after),
      added: Number(sum['added']),
      removed: Number(sum['removed']),
      changed,
    },
    changedColumns: changedColumns.filter(({ rows }) => rows > 0).toSorted((x, y) => y.rows - x.rows),
    examples: {
      added: keysOf(await some('added')),
      removed: keysOf(await some('removed')),
      changed: await changedExamples(db, { before, after }, parts, keys, changedRows, limit, keysOf),
    },
  };
  for (const { table } of parts) await db.run(`DROP TABLE ${table}`);
  return result;
}

/**
 * Stores the rows that differ, by the key and the columns in which they do, and counts them. With `isFirst`, the rows
 * that are in one table alone are among them.
 */
async function keepDifferences(
  db: Database,
  { before, after }: Pick<Sides, 'before' | 'after'>,
  { table, ordered, others }: Part,
  keys: readonly string[],
  isFirst: boolean,
): Promise<Record<string, unknown>> {
  const on = keys.map((c) => `a.${c} IS NOT DISTINCT FROM b.${c}`).join(' AND ');
  const differs = others.map(({ c }) => `a.${c} IS DISTINCT FROM b.${c}`);
  const alone = isFirst ? ['a.here IS NULL', 'b.here IS NULL'] : [];
  await db.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT ${keys.map((c) => `coalesce(a.${c}, b.${c}) AS ${c}`).join(', ')}, a.here IS NULL AS added, b.here IS NULL AS removed${others.map(({ c }, i) => `, ${differs[i]} AS d${c}`).join('')}
    FROM ${positional(before, ordered, 'old')} a ${isFirst ? 'FULL' : 'INNER'} JOIN ${positional(after, ordered, 'now')} b ON ${on} WHERE ${[...alone, ...differs].join(' OR ')}`);
  const counts = others.map(({ c }) => `, count(*) FILTER (d${c} AND NOT added AND NOT removed) AS n${c}`);
  const [row = {}] = await db.rows(
    `SELECT count(*) FILTER (added) AS added, count(*) FILTER (removed) AS removed, count(*) FILTER (NOT added AND NOT removed) AS changed${counts.join('')} FROM ${table}`,
  );
  return row;
}

/** The first changed rows in the order of the key, with the values of both sides where they differ. */
async function changedExamples(
  db: Database,
  { before, after }: Pick<Sides, 'before' | 'after'>,
  parts: readonly Part[],
  keys: readonly string[],
  changedRows: string,
  limit: number,
  keysOf: (rows: Record<string, unknown>[]) => Record<string, string | null>[],
): Promise<RowChanges['examples']['changed']> {
  const first = `(SELECT ${keys.join(', ')} FROM (${changedRows}) ORDER BY ${keys.join(', ')} LIMIT ${limit})`;
  const same = (side: string) => keys.map((c) => `${side}.${c} IS NOT DISTINCT FROM k.${c}`).join(' AND ');
  const found: RowChanges['examples']['changed'] = [];
  for (const { table, ordered, others } of parts) {
    const values = others.map(
      ({ c }) => `, d.d${c}, CAST(a.${c} AS VARCHAR) AS a${c}, CAST(b.${c} AS VARCHAR) AS b${c}`,
    );
    const rows =
      await db.rows(`SELECT ${keys.map((c) => `CAST(k.${c} AS VARCHAR) AS ${c}`).join(', ')}${values.join('')}
    FROM ${first} k LEFT JOIN ${table} d ON ${same('d')} JOIN ${positional(before, ordered, 'old')} a ON ${same('a')} JOIN ${positional(after, ordered, 'now')} b ON ${same('b')} ORDER BY ${keys.map((c) => `k.${c}`).join(', ')}`);
    for (const [i, row] of rows.entries()) {
      const example = (found[i] ??= { key: keysOf([row])[0] ?? {}, columns: {} });
      for (const { name, c } of others)
        if (row[`d${c}`] === true) example.columns[name] = { before: shown(row[`a${c}`]), after: shown(row[`b${c}`]) };
    }
  }
  return found;
}

async function checkUnique(
  db: Database,
  source: string,
  keys: readonly string[],
  names: readonly string[],
  which: string,
): Promise<void> {
  const [twice] = await db.rows(
    `SELECT ${keys.map((c) => `CAST(${c} AS VARCHAR) AS ${c}`).join(', ')}, count(*) AS n FROM ${source} GROUP BY ${keys.map((_, i) => i + 1).join(', ')} HAVING count(*) > 1 ORDER BY 1 LIMIT 1`,
  );
  if (twice)
    throw new DataError(
      `${names.join(' + ')} is not unique in the data ${which}: ${keys.map((c) => shown(twice[c]) ?? 'nothing').join(', ')} occurs in ${Number(twice['n'])} rows. Use another key with --key, or none to compare whole rows.`,
    );
}
