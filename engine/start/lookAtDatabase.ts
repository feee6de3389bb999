import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { FoundDatabase } from '../../protocol/start.ts';
import { CancelledError, messageOf } from '../base/errors.ts';
import { projectPath } from '../base/projectPath.ts';
import { databaseTables, type DatabaseKind, type DatabaseTable } from '../data/sources/databaseTables.ts';
import { likelyByName } from './chooseTargets.ts';
import { isBookkeeping, isOfTool } from './notData.ts';

const names: Record<DatabaseKind, RegExp> = {
  sqlite: /\.(sqlite3?|s3db|sl3|db3?)$/i,
  duckdb: /\.(duckdb|ddb)$/i,
};
/** Names that promise a database, so that a damaged file is told. */
const promises = /\.(sqlite3?|s3db|sl3|duckdb|ddb)$/i;

/** True for the name of a file that can be a database. */
export function isDatabaseName(name: string): boolean {
  return !name.startsWith('.') && Object.values(names).some((pattern) => pattern.test(name));
}

/**
 * Returns the tables of a database file. Null for a file that is no database, for an empty one, and for the database of
 * a tool.
 */
export async function lookAtDatabase(
  folder: string,
  path: string,
  signal?: AbortSignal,
): Promise<FoundDatabase | null> {
  const file = projectPath(folder, path);
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return null;
  const kind = kindOf(file);
  if (kind === null) {
    if (!promises.test(path)) return null;
    const named = names.sqlite.test(path) ? 'sqlite' : 'duckdb';
    const what = named === 'sqlite' ? 'SQLite' : 'DuckDB';
    return {
      path,
      kind: named,
      bytes,
      tables: [],
      problem: `\`${path}\` is not a ${what} database: it is damaged, encrypted, or of another program.`,
    };
  }
  try {
    const tables = await databaseTables(folder, kind, path, signal);
    return isOfTool(tables.map(({ name }) => name)) ? null : found(path, kind, bytes, tables);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return { path, kind, bytes, tables: [], problem: messageOf(error) };
  }
}

/**
 * Returns the tables without those in which frameworks keep books: tables with a column named as a target first, then
 * the larger ones, and those without a row last.
 */
export function likeliestTables(tables: readonly DatabaseTable[]): DatabaseTable[] {
  const score = ({ rows, columns }: DatabaseTable) => (rows === 0 ? -1 : Math.max(0, ...columns.map(likelyByName)));
  return tables
    .filter(({ name }) => !isBookkeeping(name))
    .toSorted((a, b) => score(b) - score(a) || (b.rows ?? 0) - (a.rows ?? 0) || b.columns.length - a.columns.length);
}

function found(path: string, kind: DatabaseKind, bytes: number, all: readonly DatabaseTable[]): FoundDatabase {
  const tables = likeliestTables(all).map(({ name, columns, rows, exact }) => ({
    name,
    columns: columns.length,
    rows,
    exact,
  }));
  const problem =
    tables.length === 0
      ? `\`${path}\` has no table.`
      : tables.every(({ rows }) => rows === 0)
        ? `No table of \`${path}\` has a row yet: ${tables.map(({ name }) => name).join(', ')}.`
        : null;
  return { path, kind, bytes, tables, problem };
}

/** The kind of a database file by its first bytes; null for other files. */
export function kindOf(file: string): DatabaseKind | null {
  const start = Buffer.alloc(16);
  let handle: number | null = null;
  try {
    // Opening a pipe waits for a writer.
    if (!statSync(file).isFile()) return null;
    handle = openSync(file, 'r');
    readSync(handle, start, 0, 16, 0);
  } catch {
    return null;
  } finally {
    if (handle !== null) closeSync(handle);
  }
  if (start.toString('latin1') === 'SQLite format 3\0') return 'sqlite';
  return start.toString('latin1', 8, 12) === 'DUCK' ? 'duckdb' : null;
}
