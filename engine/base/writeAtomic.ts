import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDiskFull, WorkError, messageOf } from './errors.ts';
import { replaceFileSync } from './replaceFile.ts';

/** Writes a whole file or nothing: writes a temporary file beside it, then renames that over the old file. */
export function writeAtomic(path: string, text: string, options: { mode?: number } = {}): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const handle = openNew(temporary, options.mode);
    try {
      const bytes = Buffer.from(text, 'utf8');
      for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    replaceFileSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    const full = isDiskFull(error);
    throw new WorkError(
      full
        ? `The disk is full: ${path} could not be written. Free some space and run again; nothing was lost.`
        : `${path} could not be written: ${messageOf(error)}`,
      { cause: error, place: { file: path } },
    );
  }
}

/**
 * Opens a new file in the place of one that a killed process left. A link that came with the folder would lead what is
 * written to another file.
 */
export function openNew(path: string, mode?: number): number {
  rmSync(path, { force: true });
  return openSync(path, 'wx', mode);
}
