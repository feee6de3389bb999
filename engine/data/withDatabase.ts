import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from './database.ts';

/** What DuckDB may hold before it spills to the temporary folder: tables of any size are read in it. */
const memoryLimit = '1GB';

/** Does work with a database of its own, bounded in memory, closed afterwards and stopped by the signal. */
export async function withDatabase<T>(signal: AbortSignal | undefined, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase({ memoryLimit, tempDirectory: join(tmpdir(), `loopwright-spill-${process.pid}`) });
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
