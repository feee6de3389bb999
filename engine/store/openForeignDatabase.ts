import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { DataError, messageOf } from '../base/errors.ts';
import type { SqlValue } from './sql.ts';

/**
 * A SQLite file of another program, read-only. Values are returned as SQLite stores them; integers above 2^53 lose
 * digits, so ids are read as text.
 */
export interface ForeignDatabase {
  all<T>(statement: string, ...values: SqlValue[]): T[];
  iterate<T>(statement: string, ...values: SqlValue[]): IterableIterator<T>;
  /** The columns of a table or view; empty when it does not exist. */
  columns(table: string): Set<string>;
  close(): void;
}

/**
 * Opens a SQLite file of another program without changing it. Throws DataError for other files. In WAL mode, its `-wal`
 * file must be beside it to contain the newest rows.
 */
export function openForeignDatabase(path: string): ForeignDatabase {
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  let db: BetterSqlite.Database;
  const broken = (error: unknown) =>
    new DataError(`${path} is not a SQLite database that can be read: ${messageOf(error)}`, {
      cause: error,
      place: { file: path },
    });
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
    db.prepare('SELECT count(*) FROM sqlite_master').get();
  } catch (error) {
    throw broken(error);
  }
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw broken(error);
    }
  };
  return {
    all: <T>(statement: string, ...values: SqlValue[]) => guarded(() => db.prepare(statement).all(...values) as T[]),
    iterate: <T>(statement: string, ...values: SqlValue[]) =>
      guarded(() => db.prepare(statement).iterate(...values) as IterableIterator<T>),
    columns: (table) =>
      new Set(
        guarded(() => db.prepare('SELECT name FROM pragma_table_info(?)').all(table) as { name: string }[]).map(
          ({ name }) => name,
        ),
      ),
    close: () => db.close(),
  };
}
