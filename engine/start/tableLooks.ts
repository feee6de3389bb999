import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ReadAs } from '../../protocol/start.ts';
import type { Database } from '../data/database.ts';
import { openMemory } from '../data/withDatabase.ts';
import { checkCancelled } from '../base/errors.ts';
import { lookAtDatabaseTable, lookAtTable, type OpenLook } from './lookAtTable.ts';

/** Keeps the last table open, so that further requests about it are fast. */
export class TableLooks {
  #last: { key: string; db: Database; look: OpenLook } | null = null;

  /** Calls a function with an open table. Throws DataError when the file cannot be read as one. */
  async with<T>(
    folder: string,
    path: string,
    readAs: Partial<ReadAs>,
    signal: AbortSignal | undefined,
    work: (db: Database, look: OpenLook) => Promise<T> | T,
  ): Promise<T> {
    const { encoding, delimiter, header, skip } = readAs;
    const key = keyOf(folder, path, [encoding, delimiter, header, skip]);
    return this.#open(key, signal, (db) => lookAtTable(db, folder, path, readAs, signal), work);
  }

  /** Calls a function with an open table of a database file. Throws ProjectError or DataError when there is none. */
  async withTable<T>(
    folder: string,
    { path, table }: { path: string; table: string },
    signal: AbortSignal | undefined,
    work: (db: Database, look: OpenLook) => Promise<T> | T,
  ): Promise<T> {
    const key = keyOf(folder, path, [table]);
    return this.#open(key, signal, (db) => lookAtDatabaseTable(db, folder, path, table, signal), work);
  }

  async #open<T>(
    key: string,
    signal: AbortSignal | undefined,
    look: (db: Database) => Promise<OpenLook>,
    work: (db: Database, look: OpenLook) => Promise<T> | T,
  ): Promise<T> {
    if (this.#last?.key === key) return work(this.#last.db, this.#last.look);
    const db = await openMemory();
    const interrupt = () => db.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      const opened = await look(db);
      checkCancelled(signal);
      this.close();
      this.#last = { key, db, look: opened };
      return await work(db, opened);
    } catch (error) {
      if (this.#last?.db !== db) db.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }

  close(): void {
    this.#last?.db.close();
    this.#last = null;
  }
}

/** Changes when the file does, or what a write-ahead log beside it holds. */
function keyOf(folder: string, path: string, more: readonly unknown[]): string {
  const file = resolve(folder, path);
  const versions = [file, `${file}-wal`, `${file}.wal`].map((one) => {
    const stats = statSync(one, { throwIfNoEntry: false });
    return [stats?.size, stats?.mtimeMs];
  });
  return JSON.stringify([folder, path, more, versions]);
}
