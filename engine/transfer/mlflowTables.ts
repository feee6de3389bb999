import type { ForeignDatabase } from '../store/openForeignDatabase.ts';

const largest = Number.MAX_VALUE;

/** Tables of any version of MLflow: a missing column reads as NULL, a missing table as empty. */
export class Tables {
  readonly #db: ForeignDatabase;
  readonly #known = new Map<string, Set<string>>();

  constructor(db: ForeignDatabase) {
    this.#db = db;
  }

  has(table: string): boolean {
    return this.#columns(table).size > 0;
  }

  hasColumn(table: string, column: string): boolean {
    return this.#columns(table).has(column);
  }

  /** Rows of a table with these columns and a condition. `text:` before a column reads it as text. */
  rows<T>(table: string, columns: readonly string[], rest = '', ...values: (string | number)[]): T[] {
    return this.has(table) ? this.#db.all<T>(this.#select(table, columns, rest), ...values) : [];
  }

  iterate<T>(table: string, columns: readonly string[], rest = '', ...values: (string | number)[]): Iterable<T> {
    return this.has(table) ? this.#db.iterate<T>(this.#select(table, columns, rest), ...values) : [];
  }

  /** The number of rows of a table by owner. */
  counts(table: string, owner: string): Map<string, number> {
    const rows = this.hasColumn(table, owner)
      ? this.#db.all<{ owner: string; n: number }>(
          `SELECT "${owner}" AS owner, count(*) AS n FROM "${table}" GROUP BY "${owner}"`,
        )
      : [];
    return new Map(rows.map(({ owner: id, n }) => [id, n]));
  }

  #select(table: string, columns: readonly string[], rest: string): string {
    const known = this.#columns(table);
    const list = columns.map((column) => {
      const name = column.replace(/^text:/, '');
      if (!known.has(name)) return `NULL AS "${name}"`;
      return column === name ? `"${name}"` : `CAST("${name}" AS TEXT) AS "${name}"`;
    });
    return `SELECT ${list.join(', ')} FROM "${table}" ${rest}`;
  }

  #columns(table: string): Set<string> {
    let columns = this.#known.get(table);
    if (!columns) this.#known.set(table, (columns = this.#db.columns(table)));
    return columns;
  }
}

/** Key–value tables as maps by owner. */
export function textsBy(
  tables: Tables,
  table: string,
  owner: string,
  key = 'key',
  value = 'value',
): Map<string, Map<string, string>> {
  const all = new Map<string, Map<string, string>>();
  for (const row of tables.iterate<Record<string, string | null>>(table, [
    `text:${owner}`,
    `text:${key}`,
    `text:${value}`,
  ])) {
    const id = row[owner] ?? '';
    const own = all.get(id) ?? new Map<string, string>();
    own.set(row[key] ?? '', row[value] ?? '');
    all.set(id, own);
  }
  return all;
}

/** MLflow's value: in SQLite, NaN is a flag, and the infinities are the largest numbers. */
export function meantValue(value: number | null, isNan: number | null): number {
  if (isNan === 1 || value === null) return Number.NaN;
  return value === largest ? Infinity : value === -largest ? -Infinity : value;
}
