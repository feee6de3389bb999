import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DataError } from '../../base/errors.ts';
import { packingOf } from './fileStart.ts';

const piece = 1 << 20;
/** Maximum length of a line. DuckDB silently skips lines of tens of megabytes when it sets lines aside. */
const longestLine = 16 << 20;
const looked = new Map<string, string>();

function stateOf(file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.size} ${stats.mtimeMs}` : null;
}

/** Notes that no line of a file is too long, after all of it was read. */
export function noteLineLengths(file: string): void {
  const state = stateOf(file);
  if (state !== null) looked.set(file, state);
}

/**
 * Throws DataError when an uncompressed file has a line longer than 16 MB. Each version of a file is scanned once, in
 * pieces; small files are not scanned.
 */
export function checkLineLengths(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats || stats.size <= longestLine || packingOf(file) !== null) return;
  const state = stateOf(file) ?? '';
  if (looked.get(file) === state) return;
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(piece);
    let [start, at] = [0, 0];
    for (let bytes = readSync(handle, buffer, 0, piece, 0); bytes > 0; bytes = readSync(handle, buffer, 0, piece, at)) {
      const part = buffer.subarray(0, bytes);
      const first = [part.indexOf(10), part.indexOf(13)].filter((index) => index >= 0);
      const end = first.length === 0 ? at + bytes : at + Math.min(...first);
      if (end - start > longestLine)
        throw new DataError(
          `${file}: a line that starts at byte ${start.toLocaleString('en-US')} is longer than 16 MB; the file is not CSV, or a quote is not closed`,
          { place: { file } },
        );
      if (first.length > 0) start = at + Math.max(part.lastIndexOf(10), part.lastIndexOf(13)) + 1;
      at += bytes;
    }
  } finally {
    closeSync(handle);
  }
  looked.set(file, state);
}
