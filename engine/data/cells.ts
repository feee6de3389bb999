import type { DatasetSchema, Field, FieldType } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { fieldType, type SourceColumn } from './inspectColumns.ts';
import { parseField } from './parseField.ts';
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

/** Cells of texts. */
export interface TextCells extends Cells {
  /** A table with the same cells as a list l in each row, in the order of the columns. */
  lists: string;
}

/** A table with more columns and not more rows than these is read by its cells. */
export const fewColumns = 48;
const manyRows = 20_000;
/** A portion of columns has so many cells. */
const cellsAtOnce = 8_000_000;
/** The number of names in one statement. */
const namesAtOnce = 2500;

let tables = 0;

export function readsByCells(columns: number, rows: number): boolean {
  return columns > fewColumns && rows <= manyRows;
}

/** The number of columns whose cells are read at once. */
export function mostColumns(rows: number): number {
  return Math.max(namesAtOnce, Math.floor(cellsAtOnce / Math.max(1, rows)));
}

/** Calls a function with the cells of a table with so many rows: columns of one type, in portions. */
export async function visitCells(
  db: Database,
  source: string,
  columns: readonly (SourceColumn & { c: number })[],
  rows: number,
  visit: (cells: Cells) => Promise<void>,
): Promise<void> {
  const size = mostColumns(rows);
  for (const [sqlType, own] of groupBy(columns, (column) => column.sqlType))
    for (let from = 0; from < own.length; from += size) {
      const some = own.slice(from, from + size);
      const table = await stackColumns(db, source, some);
      try {
        await visit({ table, type: fieldType(sqlType), sqlType, columns: some });
      } finally {
        await db.run(`DROP TABLE IF EXISTS ${table}`);
      }
    }
}

/** Calls a function with the cells of texts in the types of their fields, those of one type at once. */
export async function visitTypedCells(
  db: Database,
  texts: Cells,
  fields: readonly Field[],
  schema: DatasetSchema,
  visit: (cells: Cells) => Promise<void>,
): Promise<void> {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const columns = texts.columns.map(({ c, name }) => ({ c, name, field: byName.get(name) ?? { name } }));
  const forms = groupBy(columns, ({ field }) => formKey(field)).values();
  const parsed = [...forms].map((own) => ({ own, ...parseField(formField(own[0]?.field), schema, 'VARCHAR', 'raw') }));
  for (const [sqlType, forms] of groupBy(parsed, (one) => one.sqlType)) {
    const table = cellsTable();
    await db.run(`CREATE TEMP TABLE ${table} (c INTEGER, v ${sqlType})`);
    try {
      for (const { own, value } of forms)
        await db.run(
          `INSERT INTO ${table} SELECT c, ${value} FROM ${texts.table} WHERE ${ofColumns(own.map(({ c }) => c))}`,
        );
      await visit({ table, type: fieldType(sqlType), sqlType, columns: forms.flatMap(({ own }) => own) });
    } finally {
      await db.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}

/** Equal for fields whose cells are read by the same expression. */
export function formKey(field: Field): string {
  return JSON.stringify(formField(field));
}

/** A field of the same form whose column is that of the values of cells. */
export function formField(field: Field | undefined): Field {
  return { ...field, name: 'v' };
}

/** Groups items by a key, in the order of the first of each. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const own = groups.get(key);
    if (own) own.push(item);
    else groups.set(key, [item]);
  }
  return groups;
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
    const lists = `(SELECT ${rows ? 'rowid AS r, ' : ''}${listOf(some)} AS l FROM ${source})`;
    const select = `SELECT ${rows ? 'r, ' : ''}unnest([${some.map(({ c }) => c).join(', ')}]) AS c, unnest(l) AS v FROM ${lists}`;
    await db.run(from === 0 ? `CREATE TEMP TABLE ${table} AS ${select}` : `INSERT INTO ${table} ${select}`);
  }
  return table;
}

const listOf = (columns: readonly { name: string }[]) =>
  `[${columns.map(({ name }) => quoteIdentifier(name)).join(', ')}]`;

/**
 * Returns the texts of a source of many columns and few rows as cells, without a table of so many columns, which takes
 * longer to make than to read. Null when it has more rows or few columns. `dropTexts` drops them.
 */
export async function textCells(db: Database, source: string, names: readonly string[]): Promise<TextCells | null> {
  const mostRows = Math.min(manyRows, Math.floor(cellsAtOnce / names.length));
  if (names.length <= fewColumns || mostRows === 0) return null;
  const columns = names.map((name, c) => ({ c, name }));
  const texts = { table: cellsTable(), type: 'string' as const, sqlType: 'VARCHAR', columns, lists: cellsTable() };
  await db.run(
    `CREATE TEMP TABLE ${texts.lists} AS SELECT ${listOf(columns)} AS l FROM ${source} LIMIT ${mostRows + 1}`,
  );
  try {
    const [{ n = 0 } = {}] = await db.rows(`SELECT count(*) AS n FROM ${texts.lists}`);
    if (Number(n) > mostRows) {
      await dropTexts(db, texts);
      return null;
    }
    await db.run(
      `CREATE TEMP TABLE ${texts.table} AS SELECT rowid AS r, (generate_subscripts(l, 1) - 1)::INTEGER AS c, unnest(l) AS v FROM ${texts.lists}`,
    );
    return texts;
  } catch (error) {
    await dropTexts(db, texts);
    throw error;
  }
}

export async function dropTexts(db: Database, { table, lists }: TextCells): Promise<void> {
  for (const one of [table, lists]) await db.run(`DROP TABLE IF EXISTS ${one}`);
}

/** Returns a condition that is true for the cells of some columns. */
export function ofColumns(columns: readonly number[]): string {
  if (columns.length === 0) return 'false';
  const [least, most] = columns.reduce(([low, high], c) => [Math.min(low, c), Math.max(high, c)], [Infinity, 0]);
  const range = `c BETWEEN ${least} AND ${most}`;
  return most - least + 1 === columns.length ? `(${range})` : `(${range} AND c IN (${columns.join(', ')}))`;
}
