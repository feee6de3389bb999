import type { Database } from './database.ts';
import type { SourceColumn } from './inspectColumns.ts';
import { keyTexts } from './keyText.ts';
import { quoteIdentifier } from './quote.ts';

export interface ColumnSide {
  name: string;
  /** Table Schema type. */
  type: string;
  sqlType: string;
}

export interface ColumnChanges {
  added: ColumnSide[];
  removed: ColumnSide[];
  /** Columns whose type changed. */
  changed: { name: string; from: ColumnSide; to: ColumnSide }[];
}

/** A value as text; null for a missing value. */
export type Shown = string | null;

export interface TableDiff {
  columns: ColumnChanges;
  /** Columns that had a value in every row before and do not now, and the reverse. */
  nowMissing: string[];
  nowFilled: string[];
  rows: {
    before: number;
    after: number;
    added: number;
    removed: number;
    /** Null without a key: changed rows cannot be identified. */
    changed: number | null;
  };
  key: string[] | null;
  /** Columns that were compared: those in both tables. */
  compared: string[];
  /** Number of rows with a changed value by column, in descending order. */
  changedColumns: { name: string; rows: number }[];
  examples: {
    added: Record<string, Shown>[];
    removed: Record<string, Shown>[];
    changed: { key: Record<string, Shown>; columns: Record<string, { before: Shown; after: Shown }> }[];
  };
}

/** The result of a comparison of rows. */
export type RowChanges = Pick<TableDiff, 'rows' | 'key' | 'changedColumns' | 'examples'>;

/** A column of both tables. */
export interface CommonColumn {
  name: string;
  old: SourceColumn;
  now: SourceColumn;
}

/** Two FROM expressions and their common columns. */
export interface Sides {
  before: string;
  after: string;
  common: CommonColumn[];
}

/** Returns SQL that makes a column of one side comparable: two numeric types as numbers, all other pairs as text. */
function aligned({ name, old, now }: CommonColumn, side: 'old' | 'now'): string {
  const column = quoteIdentifier(name);
  if (old.sqlType === now.sqlType) return column;
  const isNumber = ({ type }: SourceColumn) => type === 'integer' || type === 'number';
  if (!isNumber(old) || !isNumber(now)) return `CAST(${column} AS VARCHAR)`;
  if (!isLong(old.sqlType) && !isLong(now.sqlType)) return `CAST(${column} AS DOUBLE)`;
  // A DOUBLE would be equal for several numbers of so many digits.
  const [a, b] = keyTexts({ value: column, sqlType: old.sqlType }, { value: column, sqlType: now.sqlType });
  return side === 'old' ? a : b;
}

/** Types of numbers with more digits than a DOUBLE holds. */
function isLong(sqlType: string): boolean {
  const decimal = /^DECIMAL\((\d+),/.exec(sqlType);
  return /BIGINT|HUGEINT/.test(sqlType) || Number(decimal?.[1] ?? 0) > 15;
}

/**
 * Returns the rows of one table with columns named by position, so that column names of the data cannot collide with
 * Loopwright's.
 */
export function positional(source: string, columns: readonly CommonColumn[], side: 'old' | 'now'): string {
  return `(SELECT ${columns.map((column, i) => `${aligned(column, side)} AS c${i}, `).join('')}true AS here FROM ${source})`;
}

/** Counts the rows of a FROM expression. */
export async function countRows(db: Database, source: string): Promise<number> {
  return Number((await db.rows(`SELECT count(*) AS n FROM ${source}`))[0]?.['n'] ?? 0);
}

/** Returns a value as text. */
export function shown(value: unknown): Shown {
  return value === null || value === undefined ? null : String(value);
}
