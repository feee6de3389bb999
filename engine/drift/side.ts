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
  const counts = columns.map(({ name: column }, i) => `count(${quoteIdentifier(column)}) AS "n${i}"`);
  const [row] = await db.rows(`SELECT count(*) AS n${counts.map((count) => `, ${count}`).join('')} FROM ${source}`);
  const rows = Number(row?.['n'] ?? 0);
  if (rows === 0) throw new DataError(`The ${name} side has no rows, so there is nothing to compare.`);
  return {
    source,
    rows,
    columns: new Map(columns.map((column, i) => [column.name, { ...column, known: Number(row?.[`n${i}`] ?? 0) }])),
  };
}
