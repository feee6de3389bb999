import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { replaceFile } from './replaceFile.ts';

/**
 * Fills a new folder and puts it in the place of `dir`. Atomic: the folder is complete, or as it was. Throws the error
 * of `fill` or of the file system.
 */
export async function replaceFolder(dir: string, fill: (fresh: string) => Promise<void>): Promise<void> {
  const suffix = randomBytes(4).toString('hex');
  const fresh = join(dirname(dir), `.${basename(dir)}.${suffix}.tmp`);
  const old = join(dirname(dir), `.${basename(dir)}.${suffix}.old`);
  try {
    await mkdir(fresh, { recursive: true });
    await fill(fresh);
    // A folder cannot be renamed over one with files, so the old one is renamed first.
    await replaceFile(dir, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await replaceFile(fresh, dir);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}
