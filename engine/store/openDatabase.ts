import { accessSync, constants, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { isDiskFull, StoreError, WorkError, messageOf, type StoreFault } from '../base/errors.ts';
import { RecentCache } from '../base/recentCache.ts';
import { migrations } from './migrations.ts';
import type { Sql, SqlValue } from './sql.ts';

const busyMs = 10_000;
const mostStatements = 400;
/** Pages of the file that are cached in memory: more than an index of 100,000 runs. */
const mostPagesKb = 65_536;

/**
 * Opens a SQLite file in WAL mode and migrates it to the newest version. Several processes may use it at the same time.
 * `readonly` never creates the file.
 */
export function openDatabase(path: string, options: { readonly?: boolean } = {}): Sql {
  const Database = loadNative();
  let db: BetterSqlite.Database;
  try {
    mkdirSync(dirname(path), { recursive: true });
    db = new Database(path, {
      timeout: busyMs,
      readonly: options.readonly ?? false,
      fileMustExist: options.readonly ?? false,
    });
    if (!options.readonly) {
      // While its owner has it open, SQLite opens a file that cannot be written without a word, and refuses each write.
      accessSync(path, constants.W_OK);
      patiently(() => db.pragma('journal_mode = WAL'));
      db.pragma('synchronous = NORMAL');
      db.pragma(`cache_size = -${mostPagesKb}`);
      migrate(db, path);
    }
  } catch (error) {
    if (error instanceof WorkError) throw error;
    throw nativeProblem(error) ?? storeError(error, path);
  }
  const prepare = kept((text) => db.prepare(text));
  const raw = kept((text) => db.prepare(text).raw());
  const first = kept((text) => db.prepare(text).pluck());
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw isSqliteError(error) ? storeError(error, path) : error;
    }
  };
  return {
    all: <T>(text: string, ...values: SqlValue[]) => guarded(() => prepare(text).all(...values) as T[]),
    get: <T>(text: string, ...values: SqlValue[]) => guarded(() => prepare(text).get(...values) as T | undefined),
    columns: (text, ...values) => guarded(() => raw(text).all(...values) as SqlValue[][]),
    numbers: (text, ...values) => guarded(() => first(text).all(...values) as number[]),
    iterate: <T>(text: string, ...values: SqlValue[]) => db.prepare(text).iterate(...values) as IterableIterator<T>,
    run: (text, ...values) =>
      guarded(() => {
        const result = prepare(text).run(...values);
        return { changes: result.changes, lastId: Number(result.lastInsertRowid) };
      }),
    write: (work) => guarded(() => (db.inTransaction ? work() : db.transaction(work).immediate())),
    tryWrite: (patienceMs, work) =>
      guarded(() => {
        db.pragma(`busy_timeout = ${patienceMs}`);
        try {
          db.transaction(work).immediate();
          return true;
        } catch (error) {
          if (isSqliteError(error) && error.code.startsWith('SQLITE_BUSY')) return false;
          throw error;
        } finally {
          db.pragma(`busy_timeout = ${busyMs}`);
        }
      }),
    read: (work) => guarded(() => (db.inTransaction ? work() : db.transaction(work).deferred())),
    version: () =>
      guarded(
        () =>
          `${String(db.pragma('data_version', { simple: true }))}.${String(prepare('SELECT total_changes() AS n').pluck().get())}`,
      ),
    isOpen: () => db.open,
    close: () => db.close(),
  };
}

/**
 * SQLite does not wait where two processes could deadlock, for example when several switch a new file to WAL at the
 * same time; the function retries.
 */
function patiently<T>(work: () => T): T {
  const last = performance.now() + busyMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isSqliteError(error) || !error.code.startsWith('SQLITE_BUSY') || performance.now() > last) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 + Math.random() * 8);
    }
  }
}

/** Statements are prepared once; of those that filters create, the least recently used are evicted. */
function kept(make: (text: string) => BetterSqlite.Statement): (text: string) => BetterSqlite.Statement {
  const statements = new RecentCache<string, BetterSqlite.Statement>(mostStatements);
  return (text) => {
    const known = statements.get(text);
    if (known) return known;
    const statement = make(text);
    statements.set(text, statement);
    return statement;
  };
}

function loadNative(): typeof BetterSqlite {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  // better-sqlite3 13 crashes the process on older versions instead of throwing.
  if (major < 22 || (major === 22 && minor < 14))
    throw new WorkError(
      `Loopwright needs Node 22.14 or newer; this is ${process.version}. Use the Node that \`npm run\` puts first, or the one inside VS Code.`,
    );
  return createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
}

/** A native part that this system cannot load, told in words of its user. */
function nativeProblem(error: unknown): WorkError | null {
  const [, needed] = /GLIBC_(\d+\.\d+)/.exec(messageOf(error)) ?? [];
  if (needed === undefined) return null;
  return new WorkError(
    `The store needs glibc ${needed} or newer, which this system does not have. Debian 12, Ubuntu 22.04 and RHEL 9 have it; so does a container with one of them.`,
    { cause: error },
  );
}

function migrate(db: BetterSqlite.Database, path: string): void {
  const version = () => Number(db.pragma('user_version', { simple: true }));
  if (version() > migrations.length)
    throw new WorkError(
      `The store ${path} was written by a newer Loopwright (version ${version()}; this one knows ${migrations.length}). Update Loopwright.`,
    );
  if (version() === migrations.length) return;
  db.transaction(() => {
    // Read again inside the lock: another process may have migrated in the meantime.
    for (let i = version(); i < migrations.length; i++) db.exec(migrations[i] ?? '');
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

function isSqliteError(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')
  );
}

/** A SQLite error as an error for the user. */
function storeError(error: unknown, path: string): StoreError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [fault, message] = explain(code, isDiskFull(error), messageOf(error), path);
  return new StoreError(fault, message, { cause: error, place: { file: path } });
}

function explain(code: string, isFull: boolean, message: string, path: string): [StoreFault, string] {
  if (code === 'SQLITE_FULL' || isFull)
    return [
      'full',
      `The disk is full: the store ${path} cannot grow. Free some space; what was written before is kept.`,
    ];
  if (/^SQLITE_IOERR_(WRITE|SHMSIZE|TRUNCATE|FSYNC)/.test(code))
    return [
      'full',
      `The store ${path} cannot grow: the disk, a quota or a limit on the size of files is full. Free some space; what was written before is kept.`,
    ];
  if (code.startsWith('SQLITE_BUSY'))
    return ['busy', `The store ${path} was locked by another process for ${busyMs / 1000} s. Try again.`];
  if (/^(SQLITE_(READONLY|CANTOPEN)|E(ACCES|PERM|ROFS))/.test(code))
    return ['readonly', `The store ${path} cannot be opened for writing. Check the permissions of its folder.`];
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code))
    return [
      'damaged',
      `${path} is not a readable store. \`loopwright recover --dry-run\` reports what can be saved. Otherwise move the file away; the next run creates a new store.`,
    ];
  return ['other', `The store ${path} failed: ${message}`];
}
