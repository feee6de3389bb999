import type { Database } from '../data/database.ts';
import { columnsOf, type SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { DataError } from '../base/errors.ts';

/** A column of a side with how many rows have a value. */
export interface SideColumn extends SourceColumn {
  known: number;
}

/** One of the two tables, by its columns. */
export interface Side {
  /** FROM-able. */
  source: string;
  rows: number;
  columns: Map<string, SideColumn>;
}

/** Reads the columns and counts of a table. Throws DataError when it has no rows. */
export async function readSide(db: Database, source: string, name: 'reference' | 'current'): Promise<Side> {
  const columns = await columnsOf(db, source);
  const known = new Map<string, SideColumn>();
  let rows = 0;
  for (let from = 0; from === 0 || from < columns.length; from += countedAtOnce) {
    const some = columns.slice(from, from + countedAtOnce);
    const counts = some.map(({ name: column }, i) => `count(${quoteIdentifier(column)}) AS "n${i}"`);
    const [row] = await db.rows(`SELECT count(*) AS n${counts.map((count) => `, ${count}`).join('')} FROM ${source}`);
    rows = Number(row?.['n'] ?? 0);
    for (const [i, column] of some.entries()) known.set(column.name, { ...column, known: Number(row?.[`n${i}`] ?? 0) });
  }
  if (rows === 0) throw new DataError(`The ${name} side has no rows, so there is nothing to compare.`);
  return { source, rows, columns: known };
}

/** The time to plan a statement grows faster than the number of its expressions. */
const countedAtOnce = 200;

/** Calls a function with a side whose source has only some of its columns, which are copied to a temporary table. */
export async function withColumns<T>(
  db: Database,
  side: Side,
  names: readonly string[],
  work: (side: Side) => Promise<T>,
): Promise<T> {
  const table = `loopwright_side_${++tables}`;
  const own = names.filter((name) => side.columns.has(name)).map(quoteIdentifier);
  await db.run(`CREATE TEMP TABLE ${table} AS SELECT ${own.join(', ') || '1'} FROM ${side.source}`);
  try {
    return await work({ ...side, source: table });
  } finally {
    await db.run(`DROP TABLE ${table}`);
  }
}

let tables = 0;
