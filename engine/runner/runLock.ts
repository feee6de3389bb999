import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError } from '../errors.ts';
import { isAlive, processStart } from '../tracking/processIdentity.ts';
import type { Store } from '../tracking/store.ts';

/** Holds the project so that two runs do not write the same outputs; gives the function that lets go. WorkError when another process holds it. */
export function holdRunLock(store: Store): () => void {
  const path = join(store.folder, 'run.lock');
  mkdirSync(store.folder, { recursive: true });
  for (let attempt = 0; ; attempt++) {
    try {
      const own = `${path}.${process.pid}`;
      writeFileSync(own, `${process.pid} ${processStart(process.pid) ?? ""}`);
      try {
        linkSync(own, path);
      } finally {
        rmSync(own, { force: true });
      }
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new WorkError(`The state folder cannot be written: ${(error as Error).message}`, { cause: error });
    }
    const [pid, started] = readOwner(path);
    // The owner was killed: what it left is taken over.
    if (!isAlive(pid, started) && attempt < 100) takeAway(path, pid);
    else throw new WorkError(`Another run of this project is going (process ${pid}). Wait for it, or stop it.`);
  }
}

/** Removes what a dead owner left, but not what another process that saw the same has put there meanwhile. */
export function takeAway(path: string, dead: number | null): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    if (readOwner(aside)[0] !== dead) linkSync(aside, path);
  } catch {
    // It is gone, or there is a newer one; the next attempt looks again.
  } finally {
    rmSync(aside, { force: true });
  }
}

function readOwner(path: string): [number | null, string | null] {
  try {
    const [pid, started] = readFileSync(path, 'utf8').split(' ');
    return [Number(pid) || null, started || null];
  } catch {
    return [null, null];
  }
}
