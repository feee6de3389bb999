import { cellsTable, groupBy, ofColumns, type Cells } from './cells.ts';
import type { Database } from './database.ts';
import { columnsOf, fieldType, type SourceColumn } from './inspectColumns.ts';
import { tableInPortions } from './portions.ts';
import { quoteIdentifier } from './quote.ts';

/** A table by its cells: for each type a table of r (the row), c (the column) and v (the value). */
export interface TypedCells {
  columns: readonly SourceColumn[];
  cells: readonly Cells[];
}

/**
 * Types cells of texts. `valueOf` returns the SQL of the value of a column, whose text is the column v. Columns with the
 * same SQL are typed by one statement: a statement with an expression for each of thousands of columns takes seconds to
 * plan.
 */
export async function typeCells(db: Database, texts: Cells, valueOf: (name: string) => string): Promise<TypedCells> {
  const forms = groupBy(texts.columns, ({ name }) => valueOf(name));
  const typed: { value: string; sqlType: string; columns: Cells['columns'] }[] = [];
  for (const [value, columns] of forms) {
    const [described] = await columnsOf(db, `(SELECT ${value} AS v FROM ${texts.table})`);
    typed.push({ value, sqlType: described?.sqlType ?? 'VARCHAR', columns });
  }
  const cells: Cells[] = [];
  for (const [sqlType, own] of groupBy(typed, (one) => one.sqlType)) {
    const table = cellsTable();
    await db.run(`CREATE TEMP TABLE ${table} (r BIGINT, c INTEGER, v ${sqlType})`);
    for (const { value, columns } of own)
      await db.run(
        `INSERT INTO ${table} SELECT r, c, ${value} FROM ${texts.table} WHERE ${ofColumns(columns.map(({ c }) => c))}`,
      );
    cells.push({ table, type: fieldType(sqlType), sqlType, columns: own.flatMap(({ columns }) => columns) });
  }
  const types = new Map(cells.flatMap(({ sqlType, columns }) => columns.map(({ c }) => [c, sqlType])));
  return {
    columns: texts.columns.map(({ c, name }) => {
      const sqlType = types.get(c) ?? 'VARCHAR';
      return { name, type: fieldType(sqlType), sqlType };
    }),
    cells,
  };
}

/** Writes typed cells as a table with their columns, and returns its name. */
export async function tableOfCells(db: Database, { columns, cells }: TypedCells): Promise<string> {
  const places = new Map<string, string>();
  const lists: string[] = [];
  for (const { table, columns: own } of cells) {
    const list = cellsTable();
    await db.run(`CREATE TEMP TABLE ${list} AS SELECT list(v ORDER BY c) AS l FROM ${table} GROUP BY r ORDER BY r`);
    lists.push(list);
    for (const [i, { name }] of own.toSorted((a, b) => a.c - b.c).entries()) places.set(name, `${list}.l[${i + 1}]`);
  }
  const whole = await tableInPortions(
    db,
    columns,
    (some) =>
      `SELECT ${some.map(({ name }) => `${places.get(name) ?? 'NULL'} AS ${quoteIdentifier(name)}`).join(', ')} FROM ${lists.join(' POSITIONAL JOIN ')}`,
    namesAtOnce,
  );
  await dropAll(db, lists);
  return whole;
}

/** Columns that one statement takes out of lists. */
const namesAtOnce = 1000;

/** Drops the tables of cells. */
export function dropCells(db: Database, { cells }: Pick<TypedCells, 'cells'>): Promise<void> {
  return dropAll(
    db,
    cells.map(({ table }) => table),
  );
}

async function dropAll(db: Database, tables: readonly string[]): Promise<void> {
  for (const table of tables) await db.run(`DROP TABLE IF EXISTS ${table}`);
}
