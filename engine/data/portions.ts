import type { Database } from './database.ts';
import { quoteIdentifier } from './quote.ts';

let parts = 0;

export interface PortionOptions {
  /** Columns at a time. Default 200. */
  size?: number;
  /** Returns a SELECT of some columns. Default: as they are. */
  select?: (names: readonly string[]) => string;
}

/**
 * Calls a function with a FROM expression of at most 200 columns at a time, in order. A statement over a table of
 * thousands of columns is slow to plan, whatever it reads; the columns are therefore copied in portions. A table that is
 * one portion is not copied, unless it is selected in another form.
 */
export async function inPortions(
  db: Database,
  source: string,
  names: readonly string[],
  work: (source: string, names: readonly string[]) => Promise<void>,
  { size = 200, select }: PortionOptions = {},
): Promise<void> {
  if (names.length <= size && !select) return work(source, names);
  for (let from = 0; from === 0 || from < names.length; from += size) {
    const own = names.slice(from, from + size);
    const table = `loopwright_portion_${++parts}`;
    await db.run(
      `CREATE TEMP TABLE ${table} AS ${select?.(own) ?? `SELECT ${own.map(quoteIdentifier).join(', ')} FROM ${source}`}`,
    );
    try {
      await work(table, own);
    } finally {
      await db.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}

/**
 * Writes the columns of a SELECT to a temporary table, in portions when there are many, and returns its name. The time
 * to plan a statement grows with the square of the number of its expressions.
 */
export async function tableInPortions<T>(
  db: Database,
  columns: readonly T[],
  select: (columns: readonly T[]) => string,
  size = 50,
): Promise<string> {
  const whole = `loopwright_whole_${++parts}`;
  if (columns.length <= size) {
    await db.run(`CREATE TEMP TABLE ${whole} AS ${select(columns)}`);
    return whole;
  }
  const tables: string[] = [];
  for (let from = 0; from < columns.length; from += size) {
    const table = `${whole}_${tables.length}`;
    await db.run(`CREATE TEMP TABLE ${table} AS ${select(columns.slice(from, from + size))}`);
    tables.push(table);
  }
  await db.run(`CREATE TEMP TABLE ${whole} AS SELECT * FROM ${tables.join(' POSITIONAL JOIN ')}`);
  for (const table of tables) await db.run(`DROP TABLE ${table}`);
  return whole;
}
