import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ReadAs } from '../../protocol/start.ts';
import type { Database } from '../data/database.ts';
import { openMemory } from '../data/withDatabase.ts';
import { checkCancelled } from '../base/errors.ts';
import { lookAtTable, type OpenLook } from './lookAtTable.ts';

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
    const stats = statSync(resolve(folder, path), { throwIfNoEntry: false });
    const key = JSON.stringify([
      folder,
      path,
      readAs.encoding,
      readAs.delimiter,
      readAs.header,
      readAs.skip,
      stats?.size,
      stats?.mtimeMs,
    ]);
    if (this.#last?.key === key) return work(this.#last.db, this.#last.look);
    const db = await openMemory();
    const interrupt = () => db.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      const look = await lookAtTable(db, folder, path, readAs, signal);
      checkCancelled(signal);
      this.close();
      this.#last = { key, db, look };
      return await work(db, look);
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
