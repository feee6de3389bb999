import { DataError } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import type { Database } from './database.ts';
import { diffByKey } from './diffByKey.ts';
import { diffByRow } from './diffByRow.ts';
import type { ColumnChanges, ColumnSide, CommonColumn, Sides, TableDiff } from './diffSides.ts';
import { columnsOf } from './inspectColumns.ts';
import { quoteIdentifier } from './quote.ts';

export type { ColumnSide, TableDiff } from './diffSides.ts';

export interface DiffOptions {
  /** Columns that identify a row. With null, whole rows are compared, including how often each occurs. */
  key: readonly string[] | null;
  /** Number of rows of each kind to show. Default 10. */
  examples?: number;
}

/**
 * Compares two tables, both given as SQL for FROM. DuckDB reads them as often as necessary and spills to disk. Throws
 * DataError when the key is invalid.
 */
export async function diffTables(
  db: Database,
  before: string,
  after: string,
  options: DiffOptions,
): Promise<TableDiff> {
  const limit = options.examples ?? 10;
  const [old, now] = [await columnsOf(db, before), await columnsOf(db, after)];
  const columns = columnChanges(old, now);
  const byName = new Map(now.map((column) => [column.name, column]));
  const common = old.flatMap((column) => {
    const same = byName.get(column.name);
    return same ? [{ name: column.name, old: column, now: same }] : [];
  });
  const missing = await missingIn(db, before, after, common);
  const base = {
    columns,
    nowMissing: missing.filter(([, a, b]) => a === 0 && b > 0).map(([name]) => name),
    nowFilled: missing.filter(([, a, b]) => a > 0 && b === 0).map(([name]) => name),
    compared: common.map(({ name }) => name),
  };
  const sides: Sides = { before, after, common };
  if (options.key === null) return { ...base, ...(await diffByRow(db, sides, limit)) };
  for (const name of options.key)
    if (!common.some((column) => column.name === name))
      throw new DataError(
        `The key \`${name}\` is not a column of both tables.${suggestion(name, base.compared) || ` Common columns: ${base.compared.join(', ')}.`}`,
      );
  return { ...base, ...(await diffByKey(db, sides, options.key, limit)) };
}

/** Returns the columns that were added, removed or changed in type. */
export function columnChanges(before: readonly ColumnSide[], after: readonly ColumnSide[]): ColumnChanges {
  const side = ({ name, type, sqlType }: ColumnSide): ColumnSide => ({ name, type, sqlType });
  const [old, now] = [before, after].map((columns) => new Map(columns.map((column) => [column.name, column])));
  return {
    added: after.filter(({ name }) => !old?.has(name)).map(side),
    removed: before.filter(({ name }) => !now?.has(name)).map(side),
    changed: before.flatMap((from) => {
      const to = now?.get(from.name);
      return to && to.sqlType !== from.sqlType ? [{ name: from.name, from: side(from), to: side(to) }] : [];
    }),
  };
}

/** Columns counted in one statement: the time to plan it grows faster than the number of its expressions. */
const countedAtOnce = 200;

async function missingIn(
  db: Database,
  before: string,
  after: string,
  common: readonly CommonColumn[],
): Promise<[name: string, before: number, after: number][]> {
  const found: [string, number, number][] = [];
  for (let from = 0; from < common.length; from += countedAtOnce) {
    const some = common.slice(from, from + countedAtOnce);
    const counts = some.map(({ name }, i) => `count(*) - count(${quoteIdentifier(name)}) AS m${i}`).join(', ');
    const [[a = {}], [b = {}]] = [
      await db.rows(`SELECT ${counts} FROM ${before}`),
      await db.rows(`SELECT ${counts} FROM ${after}`),
    ];
    for (const [i, { name }] of some.entries()) found.push([name, Number(a[`m${i}`] ?? 0), Number(b[`m${i}`] ?? 0)]);
  }
  return found;
}
