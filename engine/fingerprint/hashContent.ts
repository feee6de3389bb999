import { createHash, hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Steps } from './steps.ts';

/** Read into by one file after the other: a new block for each of many small files takes longer than hashing it. */
let block: Buffer | null = null;

/** SHA-256 of the content of a file, in hexadecimal digits. */
export function hashContent(path: string): string {
  const steps = readBlocks(path);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, with pauses within a large file. `read` gets the number of bytes of each part. */
export async function hashContentInSteps(path: string, steps: Steps, read: (bytes: number) => void): Promise<string> {
  const blocks = readBlocks(path);
  try {
    for (;;) {
      const { done, value } = blocks.next();
      if (done) return value;
      read(value);
      if (steps.isOver) await steps.next();
    }
  } finally {
    blocks.return('');
  }
}

/** Yields the bytes of each block when it is hashed; others may use the block in between. */
function* readBlocks(path: string): Generator<number, string> {
  const handle = openSync(path, 'r');
  try {
    block ??= Buffer.allocUnsafe(1 << 20);
    let bytes = readSync(handle, block);
    // Most files are read at once.
    if (bytes < block.length) {
      const more = bytes === 0 ? 0 : readSync(handle, block, bytes, block.length - bytes, null);
      if (more === 0) {
        const content = hash('sha256', block.subarray(0, bytes), 'hex');
        yield bytes;
        return content;
      }
      bytes += more;
    }
    const whole = createHash('sha256');
    while (bytes > 0) {
      whole.update(block.subarray(0, bytes));
      yield bytes;
      bytes = readSync(handle, block);
    }
    return whole.digest('hex');
  } finally {
    closeSync(handle);
  }
}
