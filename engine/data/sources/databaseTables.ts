import type BetterSqlite from 'better-sqlite3';
import { CancelledError, WorkError } from '../../base/errors.ts';
import { quoteIdentifier } from '../quote.ts';
import { withDuckdbFile } from './duckdbSource.ts';
import { sourceContext } from './sourceContext.ts';
import { explain, openReadOnly } from './sqliteSource.ts';

export type DatabaseKind = 'sqlite' | 'duckdb';

/** A table of a database file. Views are left out: a slow one would block. */
export interface DatabaseTable {
  /** With its schema where that is not the default one: `sales.orders`. */
  name: string;
  /** The name in a query, quoted where it has to be. */
  sql: string;
  columns: string[];
  /** Null when they were not counted. */
  rows: number | null;
  /** False: there are about as many. */
  exact: boolean;
  /** Foreign keys of one column. */
  refers: { column: string; table: string; to: string }[];
}

/** Rows up to which those of a SQLite table are counted one by one. */
const mostCounted = 200_000;
/** Time after which the rows of further tables are not counted, in milliseconds. */
const countMs = 1500;
/** Time to wait for a lock, in milliseconds. */
const lockMs = 500;
const mostTables = 500;

/**
 * Returns the tables of a database file, opened read-only, in the order of their names. Throws DataError or WorkError
 * when it is locked, damaged or none.
 */
export async function databaseTables(
  root: string,
  kind: DatabaseKind,
  file: string,
  signal?: AbortSignal,
): Promise<DatabaseTable[]> {
  const tables = kind === 'sqlite' ? sqliteTables(root, file) : await duckdbTables(root, file, signal);
  return tables.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function sqliteTables(root: string, file: string): DatabaseTable[] {
  const handle = openReadOnly(root, file, lockMs);
  const deadline = performance.now() + countMs;
  try {
    const names = handle
      .prepare(
        `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT ${mostTables}`,
      )
      .pluck()
      .all() as string[];
    return names.flatMap((name) => {
      const sql = queryName(name);
      const columns = columnsOf(handle, sql);
      return columns === null
        ? []
        : [{ name, sql, columns, ...sqliteRows(handle, sql, deadline), refers: sqliteKeys(handle, name) }];
    });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'SQLITE_BUSY')
      throw new WorkError(
        `The database \`${file}\` is locked by another program that writes to it. Look again when that has finished, or copy the file.`,
        { cause: error, place: { file } },
      );
    throw explain(error, { sql: '', file: null }, file);
  } finally {
    handle.close();
  }
}

/** Null for a table that cannot be read, such as one that needs an extension. */
function columnsOf(handle: BetterSqlite.Database, sql: string): string[] | null {
  try {
    return handle
      .prepare(`SELECT * FROM ${sql} LIMIT 0`)
      .columns()
      .map(({ name }) => name);
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'SQLITE_ERROR') throw error;
    return null;
  }
}

function sqliteRows(
  handle: BetterSqlite.Database,
  sql: string,
  deadline: number,
): Pick<DatabaseTable, 'rows' | 'exact'> {
  if (performance.now() > deadline) return { rows: null, exact: false };
  const number = (text: string): number => Number(handle.prepare(text).pluck().get() ?? 0);
  const counted = number(`SELECT count(*) FROM (SELECT 1 FROM ${sql} LIMIT ${mostCounted + 1})`);
  if (counted <= mostCounted) return { rows: counted, exact: true };
  try {
    // Row ids have gaps where rows were deleted.
    return { rows: Math.max(counted, number(`SELECT max(rowid) - min(rowid) + 1 FROM ${sql}`)), exact: false };
  } catch {
    // A table WITHOUT ROWID.
    return { rows: counted, exact: false };
  }
}

function sqliteKeys(handle: BetterSqlite.Database, name: string): DatabaseTable['refers'] {
  const found = handle
    .prepare(
      `SELECT id, "from" AS "column", "table", coalesce("to", (SELECT name FROM pragma_table_info(f."table") WHERE pk = 1)) AS "to" FROM pragma_foreign_key_list(?) AS f`,
    )
    .all(name) as { id: number; column: string; table: string; to: string | null }[];
  return found.flatMap(({ id, column, table, to }) =>
    to === null || found.filter((other) => other.id === id).length > 1 ? [] : [{ column, table, to }],
  );
}

async function duckdbTables(root: string, file: string, signal: AbortSignal | undefined): Promise<DatabaseTable[]> {
  const context = sourceContext(root, signal ? { signal } : {});
  return withDuckdbFile(context, { duckdb: file, query: '' }, { sql: 'SELECT 1', file: null }, async (db) => {
    const here = 'database_name = current_database() AND NOT internal';
    const found = await db.rows(
      `SELECT schema_name AS s, table_name AS t FROM duckdb_tables() WHERE ${here} AND NOT temporary ORDER BY 1, 2 LIMIT ${mostTables}`,
    );
    const columns = await db.rows(
      `SELECT schema_name AS s, table_name AS t, column_name AS c FROM duckdb_columns() WHERE ${here} ORDER BY column_index`,
    );
    const keys = await duckdbKeys(() =>
      db.rows(
        `SELECT schema_name AS s, table_name AS t, constraint_column_names[1] AS c, referenced_table AS r, referenced_column_names[1] AS o FROM duckdb_constraints() WHERE database_name = current_database() AND constraint_type = 'FOREIGN KEY' AND len(constraint_column_names) = 1`,
      ),
    );
    const tables: DatabaseTable[] = [];
    for (const { s, t } of found) {
      const [schema, table] = [String(s), String(t)];
      const own = (row: Record<string, unknown>) => row['s'] === s && row['t'] === t;
      const sql = schema === 'main' ? queryName(table) : `${queryName(schema)}.${queryName(table)}`;
      const [row] = await db.rows(`SELECT count(*) AS n FROM ${sql}`);
      tables.push({
        name: schema === 'main' ? table : `${schema}.${table}`,
        sql,
        columns: columns.filter(own).map(({ c }) => String(c)),
        rows: Number(row?.['n'] ?? 0),
        exact: true,
        refers: keys.filter(own).map(({ c, r, o }) => ({ column: String(c), table: String(r), to: String(o) })),
      });
    }
    return tables;
  });
}

/** Older files have no names of the columns that are referred to. */
async function duckdbKeys(read: () => Promise<Record<string, unknown>[]>): Promise<Record<string, unknown>[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return [];
  }
}

/** Words that a table may be named only in quotes, in SQLite or in DuckDB. */
const reserved =
  /^(add|all|alter|analyse|analyze|and|any|array|as|asc|asymmetric|begin|between|both|by|case|cast|check|collate|collation|column|commit|constraint|create|cross|current|default|deferrable|delete|desc|describe|distinct|do|drop|else|end|escape|except|exists|explain|false|fetch|filter|for|foreign|from|full|glob|grant|group|having|if|in|index|initially|inner|insert|intersect|into|is|isnull|join|lateral|leading|left|like|limit|map|match|natural|not|nothing|notnull|null|of|offset|on|only|or|order|outer|over|pivot|placing|pragma|primary|qualify|references|regexp|replace|returning|right|rollback|row|rows|select|set|show|some|summarize|symmetric|table|then|to|trailing|transaction|trigger|true|union|unique|unpivot|update|user|using|values|variadic|vacuum|view|when|where|window|with)$/i;

function queryName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !reserved.test(name) ? name : quoteIdentifier(name);
}
