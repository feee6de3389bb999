import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError } from '../errors.ts';
import { isAlive, processStart } from '../tracking/processIdentity.ts';
import { killLeftOver } from './processTree.ts';
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
    if (!isAlive(pid, started) && attempt < 100) {
      endCommand(store);
      takeAway(path, pid);
    }
    else throw new WorkError(`Another run of this project is going (process ${pid}). Wait for it, or stop it.`);
  }
}

/** Notes the command that runs for the holder, so that it does not go on writing when the holder is killed; gives the function that forgets it. */
export function noteCommand(store: Pick<Store, 'folder'>, pid: number): () => void {
  const path = join(store.folder, 'run.command');
  try {
    writeFileSync(path, `${pid} ${processStart(pid) ?? ''}`);
  } catch {
    // On a full disk the command still runs; only a kill of its holder would leave it behind.
  }
  return () => rmSync(path, { force: true });
}

function endCommand(store: Pick<Store, 'folder'>): void {
  const path = join(store.folder, 'run.command');
  const [pid, started] = readOwner(path);
  // Without a start another process may have the number by now.
  if (pid !== null && started !== null) killLeftOver({ pid, started });
  rmSync(path, { force: true });
}

/** Removes what a dead owner left, but not what another process that saw the same has put there meanwhile. */
function takeAway(path: string, dead: number | null): void {
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
