import { totalmem } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from './database.ts';
import { rewrittenFolder } from './reading/rewrittenFiles.ts';

/**
 * Memory limit of DuckDB, beyond which it spills to the temporary folder. Sufficient for tables of any length; tables
 * of tens of thousands of columns can need more.
 */
const memoryLimit =
  process.env['LOOPWRIGHT_MEMORY_LIMIT'] || `${Math.round(Math.min(3000, Math.max(1500, totalmem() / 4e6)))}MB`;

/**
 * Opens a database with bounded memory. What it spills is in a folder that other users cannot read. The caller closes it.
 */
export function openMemory(options: { threads?: number } = {}): Promise<Database> {
  return openDatabase({ ...options, memoryLimit, tempDirectory: join(rewrittenFolder(), 'spill') });
}

/** Calls a function with its own database with bounded memory. Closes it afterwards; the signal interrupts it. */
export async function withDatabase<T>(signal: AbortSignal | undefined, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openMemory();
  const interrupt = () => db.interrupt();
  signal?.addEventListener('abort', interrupt);
  if (signal?.aborted) interrupt();
  try {
    return await work(db);
  } finally {
    signal?.removeEventListener('abort', interrupt);
    db.close();
  }
}
