import type { FieldType } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { quoteIdentifier } from './quote.ts';

/**
 * Columns of one type below each other, in a temporary table with the columns c (the column), v (its value) and, where
 * it was asked for, r (the row, from 0). One statement over it reads thousands of columns; a statement that names
 * thousands of columns takes longer to plan than to run.
 */
export interface Cells {
  table: string;
  type: FieldType;
  sqlType: string;
  columns: readonly { c: number; name: string }[];
}

/** A table with more columns and not more rows than these is read by its cells. */
export const fewColumns = 48;
const manyRows = 20_000;
/** A portion of columns has so many cells. */
const cellsAtOnce = 8_000_000;
/** The number of names in one statement. */
const namesAtOnce = 250;

let tables = 0;

export function readsByCells(columns: number, rows: number): boolean {
  return columns > fewColumns && rows <= manyRows;
}

/** The number of columns of a table with so many rows whose cells are read at once. */
export function columnsOfCells(rows: number): number {
  return Math.max(namesAtOnce, Math.floor(cellsAtOnce / Math.max(1, rows)));
}

/** Returns a name for a temporary table of cells. */
export function cellsTable(): string {
  return `loopwright_cells_${++tables}`;
}

/**
 * Writes columns of the same type below each other, and returns the name of the table. With `rows`, the source is a
 * table, and the cells have the number of their row.
 */
export async function stackColumns(
  db: Database,
  source: string,
  columns: readonly { c: number; name: string }[],
  { rows = false }: { rows?: boolean } = {},
): Promise<string> {
  const table = cellsTable();
  for (let from = 0; from === 0 || from < columns.length; from += namesAtOnce) {
    const some = columns.slice(from, from + namesAtOnce);
    const list = (items: readonly (string | number)[]) => `[${items.join(', ')}]`;
    const select = `SELECT ${rows ? 'rowid AS r, ' : ''}unnest(${list(some.map(({ c }) => c))}) AS c, unnest(${list(some.map(({ name }) => quoteIdentifier(name)))}) AS v FROM ${source}`;
    await db.run(from === 0 ? `CREATE TEMP TABLE ${table} AS ${select}` : `INSERT INTO ${table} ${select}`);
  }
  return table;
}

/** Returns a condition that is true for the cells of some columns. */
export function ofColumns(columns: readonly number[]): string {
  if (columns.length === 0) return 'false';
  const [least, most] = columns.reduce(([low, high], c) => [Math.min(low, c), Math.max(high, c)], [Infinity, 0]);
  const range = `c BETWEEN ${least} AND ${most}`;
  return most - least + 1 === columns.length ? `(${range})` : `(${range} AND c IN (${columns.join(', ')}))`;
}
