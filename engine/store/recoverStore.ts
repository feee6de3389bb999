import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { WorkError, messageOf } from '../base/errors.ts';
import { migrations } from './migrations.ts';
import { stateFolder } from './store.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

export interface Recovery {
  /** The number of saved rows and, if the damaged file still reports it, of rows in the table. */
  tables: { name: string; saved: number; had: number | null; problem: string | null }[];
  /** Path of the damaged file; null after a dry run. */
  damaged: string | null;
}

/**
 * Saves the readable rows of a damaged store: each table from its beginning to the first damaged page, and from its end
 * back to the last one. The damaged file is kept under another name; nothing is replaced before everything readable was
 * copied. Throws WorkError when the list of tables is unreadable.
 */
export function recoverStore(root: string, options: { dryRun?: boolean } = {}): Recovery {
  const path = join(root, stateFolder, 'loopwright.db');
  if (!existsSync(path)) throw new WorkError(`There is no store ${path}.`);
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const fresh = `${path}.recovered`;
  for (const end of ['', '-wal', '-shm']) rmSync(`${fresh}${end}`, { force: true });
  let old: BetterSqlite.Database;
  let names: string[];
  try {
    old = new Database(path, { readonly: true, timeout: 2000 });
    const version = Number(old.pragma('user_version', { simple: true }));
    if (version > migrations.length)
      throw new WorkError(
        `The store ${path} was written by a newer Loopwright (version ${version}; this one knows ${migrations.length}). Update Loopwright.`,
      );
    if (version !== migrations.length)
      throw new WorkError(
        `The store ${path} was written by an older Loopwright (version ${version}). Open it with that version, or ask for help before you change it.`,
      );
    names = (
      old
        .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
        .all() as { name: string }[]
    ).map(({ name }) => name);
  } catch (error) {
    if (error instanceof WorkError) throw error;
    throw new WorkError(
      `Nothing can be saved from ${path}: ${messageOf(error)}. Move it away; the next run creates a new store. The artifacts and logs beside it are intact.`,
      { cause: error, place: { file: path } },
    );
  }
  const made = new Database(fresh);
  try {
    made.pragma('journal_mode = WAL');
    for (const migration of migrations) made.exec(migration);
    made.pragma(`user_version = ${migrations.length}`);
    // Rows that a migration inserts into a new store come from the old one instead.
    const known = new Set(
      (made.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all() as { name: string }[]).map(
        ({ name }) => name,
      ),
    );
    const tables = names.filter((name) => known.has(name)).map((name) => copyTable(old, made, name));
    old.close();
    made.pragma('wal_checkpoint(TRUNCATE)');
    made.close();
    if (options.dryRun) return { tables, damaged: null };
    const damaged = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(`${path}${end}`)) replaceFileSync(`${path}${end}`, `${damaged}${end}`);
    replaceFileSync(fresh, path);
    return { tables, damaged };
  } finally {
    if (made.open) made.close();
    if (old.open) old.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${fresh}${end}`, { force: true });
  }
}

type Rows = Record<string, unknown>;

function copyTable(old: BetterSqlite.Database, made: BetterSqlite.Database, name: string): Recovery['tables'][number] {
  const columns = made.prepare(`PRAGMA table_info("${name}")`).all() as { name: string; pk: number }[];
  const order = columns
    .filter(({ pk }) => pk > 0)
    .toSorted((a, b) => a.pk - b.pk)
    .map((column) => `"${column.name}"`);
  const insert = made.prepare(
    `INSERT OR IGNORE INTO "${name}" (${columns.map((column) => `"${column.name}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  let saved = 0;
  let problem: string | null = null;
  made.exec(`DELETE FROM "${name}"`);
  const read = (direction: 'ASC' | 'DESC'): boolean => {
    const by = order.length > 0 ? ` ORDER BY ${order.map((column) => `${column} ${direction}`).join(', ')}` : '';
    let batch: unknown[][] = [];
    const keep = made.transaction(() => {
      for (const row of batch) saved += insert.run(...row).changes;
    });
    try {
      // An index may be damaged while the table is intact: the table itself is read.
      for (const row of old.prepare(`SELECT * FROM "${name}" NOT INDEXED${by}`).iterate() as IterableIterator<Rows>) {
        batch.push(columns.map((column) => row[column.name] ?? null));
        if (batch.length < 1000) continue;
        keep();
        batch = [];
      }
      keep();
      return true;
    } catch (error) {
      keep();
      problem = messageOf(error);
      return false;
    }
  };
  if (!read('ASC')) read('DESC');
  return { name, saved, had: countOf(old, name), problem };
}

function countOf(old: BetterSqlite.Database, name: string): number | null {
  try {
    return (old.prepare(`SELECT count(*) AS n FROM "${name}"`).get() as { n: number }).n;
  } catch {
    return null;
  }
}
