import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Holds a lock file until it is disposed of. Of two processes that make the same thing, the second waits. The lock of a
 * process that has ended is free.
 */
export function alone(path: string): Disposable {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    try {
      process.kill(Number(readFileSync(path, 'utf8')), 0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    } catch {
      rmSync(path, { force: true });
    }
  }
}
