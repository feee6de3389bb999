import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from './database.ts';

/**
 * What DuckDB may hold before it spills to the temporary folder. Tables of any length are read in it; tables of tens of
 * thousands of columns may need more.
 */
const memoryLimit =
  process.env['LOOPWRIGHT_MEMORY_LIMIT'] || `${Math.round(Math.min(3000, Math.max(1500, totalmem() / 4e6)))}MB`;

/** A database bounded in memory, for who closes it. */
export function openMemory(): Promise<Database> {
  return openDatabase({ memoryLimit, tempDirectory: join(tmpdir(), `loopwright-spill-${process.pid}`) });
}

/** Does work with a database of its own, bounded in memory, closed afterwards and stopped by the signal. */
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
