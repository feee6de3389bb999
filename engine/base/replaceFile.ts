import { renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { WorkError } from './errors.ts';

/** The first delay, and the time after which a file that is in use is given up. */
const timing = { firstMs: 10, longestMs: 500, patienceMs: 5_000 };

export interface Replacing {
  platform?: NodeJS.Platform;
  /** Milliseconds to wait for a program that has the file open. Default: 5,000. */
  patienceMs?: number;
  /** Renames once; of `node:fs` by default. */
  rename?: (from: string, to: string) => void | Promise<void>;
}

/**
 * Renames a file or folder, over the file that has that name. On Windows a file that another program has open cannot be
 * replaced, often for a moment only (a virus scanner, an indexer, a reader): this waits, each time longer, and then
 * throws WorkError, which names the file. Other errors are those of the file system.
 */
export function replaceFileSync(
  from: string,
  to: string,
  options: Replacing & { rename?: (from: string, to: string) => void } = {},
): void {
  for (const wait of waits(options))
    try {
      (options.rename ?? renameSync)(from, to);
      return;
    } catch (error) {
      if (!isInUse(error, options)) throw error;
      if (wait === null) throw inUse(to, error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
    }
}

/** `replaceFileSync` that does not hold up the process. */
export async function replaceFile(from: string, to: string, options: Replacing = {}): Promise<void> {
  for (const wait of waits(options))
    try {
      return await (options.rename ?? rename)(from, to);
    } catch (error) {
      if (!isInUse(error, options)) throw error;
      if (wait === null) throw inUse(to, error);
      await pause(wait);
    }
}

/** The delays between attempts in milliseconds; null after the last. */
function* waits({ patienceMs = timing.patienceMs }: Replacing): Generator<number | null> {
  for (let waited = 0, next: number = timing.firstMs; waited < patienceMs;) {
    yield Math.min(next, patienceMs - waited);
    waited += next;
    next = Math.min(next * 2, timing.longestMs);
  }
  yield null;
}

/** Elsewhere than on Windows these errors are about rights, and do not pass. */
function isInUse(error: unknown, { platform = process.platform }: Replacing): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return platform === 'win32' ? ['EPERM', 'EACCES', 'EBUSY'].includes(code) : code === 'EBUSY';
}

function inUse(path: string, cause: unknown): WorkError {
  return new WorkError(
    `${path} cannot be replaced, because another program has it open: an editor or a spreadsheet that shows it, a program that reads it, or a virus scanner. Close it there and run again.`,
    { cause, place: { file: path } },
  );
}
