import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import type { Store } from '../store/store.ts';

// Windows has no signal that a program can answer: to be asked to stop, a run looks for a file there. The file names the
// lease of the run, so that none obeys a request to another.

const everyMs = 300;

const requestPath = ({ folder }: Pick<Store, 'folder'>): string => join(folder, 'stop.request');

/** Asks the run that holds a lease to stop. */
export function requestStop(store: Pick<Store, 'folder'>, owner: string): void {
  writeAtomic(requestPath(store), owner);
}

/** Calls `stop` once when someone asks the holder of a lease to stop; returns the function that ends the watch. */
export function followStopRequests(store: Pick<Store, 'folder'>, owner: string, stop: () => void): () => void {
  const timer = setInterval(() => {
    let asked: string;
    try {
      asked = readRegularFile(requestPath(store)).toString();
    } catch {
      return;
    }
    if (asked !== owner) return;
    end();
    stop();
  }, everyMs);
  timer.unref();
  const end = (): void => {
    clearInterval(timer);
    try {
      if (readRegularFile(requestPath(store)).toString() === owner) rmSync(requestPath(store), { force: true });
    } catch {
      // Nobody asked.
    }
  };
  return end;
}
