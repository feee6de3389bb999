import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError, messageOf } from '../base/errors.ts';
import { isAlive, processStart } from '../base/processIdentity.ts';
import type { Store } from '../store/store.ts';

/**
 * Holds the project so that two runs do not write the same outputs; gives the function that lets go. What a killed
 * process left is taken over. Processes ask one after the other, by the write lock of the store's database. WorkError
 * when another process holds it.
 */
export function holdRunLock(store: Pick<Store, 'folder' | 'sql'>): () => void {
  const path = join(store.folder, 'run.lock');
  store.sql.write(() => {
    const [pid, started] = readOwner(store);
    if (isAlive(pid, started))
      throw new WorkError(
        `Another run of this project is going (${goingName(store, pid)}process ${pid}). \`loopwright attach\` shows its output, \`loopwright stop\` stops it.`,
      );
    try {
      mkdirSync(store.folder, { recursive: true });
      writeFileSync(path, `${process.pid} ${processStart(process.pid) ?? ''}`);
    } catch (error) {
      throw new WorkError(`The state folder cannot be written: ${messageOf(error)}`, { cause: error });
    }
  });
  return () => rmSync(path, { force: true });
}

/** The run of a process, where it has begun one. */
function goingName({ sql }: Pick<Store, 'sql'>, pid: number | null): string {
  const name = sql.get<{ name: string }>(
    `SELECT name FROM runs WHERE status = 'running' AND pid = ? ORDER BY started_at LIMIT 1`,
    pid,
  )?.name;
  return name === undefined ? '' : `${name}, `;
}

/** The process that holds the project, and when it started; nulls when none does. */
export function readOwner({ folder }: Pick<Store, 'folder'>): [number | null, string | null] {
  try {
    const [pid, started] = readFileSync(join(folder, 'run.lock'), 'utf8').split(' ');
    return [Number(pid) || null, started || null];
  } catch {
    return [null, null];
  }
}
