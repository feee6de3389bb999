import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError, messageOf } from '../errors.ts';
import { isAlive, processStart } from '../tracking/processIdentity.ts';
import type { Store } from '../tracking/store.ts';

/**
 * Holds the project so that two runs do not write the same outputs; gives the function that lets go. What a killed process left is taken
 * over. Processes ask one after the other, by the write lock of the store's database. WorkError when another process holds it.
 */
export function holdRunLock(store: Pick<Store, 'folder' | 'sql'>): () => void {
  const path = join(store.folder, 'run.lock');
  store.sql.write(() => {
    const [pid, started] = readOwner(path);
    if (isAlive(pid, started)) throw new WorkError(`Another run of this project is going (process ${pid}). Wait for it, or stop it.`);
    try {
      mkdirSync(store.folder, { recursive: true });
      writeFileSync(path, `${process.pid} ${processStart(process.pid) ?? ''}`);
    } catch (error) {
      throw new WorkError(`The state folder cannot be written: ${messageOf(error)}`, { cause: error });
    }
  });
  return () => rmSync(path, { force: true });
}

function readOwner(path: string): [number | null, string | null] {
  try {
    const [pid, started] = readFileSync(path, 'utf8').split(' ');
    return [Number(pid) || null, started || null];
  } catch {
    return [null, null];
  }
}
