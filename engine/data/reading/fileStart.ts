import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { DataError, messageOf } from '../../base/errors.ts';
import { unpackStart } from '../../base/unpackStart.ts';
import { gzipFault } from './gzipFault.ts';

/** The first bytes of a file, unpacked. */
export interface FileStart {
  bytes: Buffer;
  /** True when these are all bytes of the file. */
  whole: boolean;
}

/** Returns the packing of a file by its name. */
export function packingOf(file: string): 'gzip' | 'zstd' | null {
  if (/\.gz$/i.test(file)) return 'gzip';
  return /\.zst$/i.test(file) ? 'zstd' : null;
}

const firstBytes = 1 << 18;
const mostBytes = 1 << 24;
const enoughLines = 40;
/** Most bytes of the start of a packed file, unpacked. */
const mostUnpacked = 1 << 26;

/**
 * Reads the first 256 KB of a file; more when they contain only a few lines, as of a table with thousands of columns.
 * Throws DataError when the file cannot be read.
 */
export function fileStart(file: string): FileStart {
  for (let size = firstBytes; ; size *= 4) {
    const start = firstOfFile(file, size);
    const first = start.bytes.subarray(0, mostBytes);
    if (start.isCut && hasLines(first)) return { bytes: first, whole: false };
    if (start.whole || start.isCut || size * 4 > mostBytes || hasLines(start.bytes)) return start;
  }
}

function hasLines(bytes: Buffer): boolean {
  let [lines, at] = [0, -1];
  const mark = bytes.includes(10) ? 10 : 13;
  while (lines < enoughLines && (at = bytes.indexOf(mark, at + 1)) !== -1) lines++;
  return lines >= enoughLines;
}

/**
 * Reads the first bytes of a file, and unpacks them; `isCut` when they unpack to more than 64 MB, of which the first are
 * returned. Throws DataError when the file cannot be read.
 */
export function firstOfFile(file: string, size: number): FileStart & { isCut: boolean } {
  try {
    const handle = openSync(file, 'r');
    try {
      // A block of 256 KB for each of thousands of small files takes longer than to read them.
      const { size: all } = fstatSync(handle);
      const most = all === 0 ? size : Math.min(size, all + 1);
      const buffer = Buffer.alloc(most);
      let length = 0;
      for (let n = 1; n > 0 && length < most; length += n) n = readSync(handle, buffer, length, most - length, length);
      const whole = length === statSync(file).size;
      const bytes = buffer.subarray(0, length);
      const packing = packingOf(file);
      if (packing === null) return { bytes, whole, isCut: false };
      const start = unpackStart(bytes, packing, { most: mostUnpacked, isWhole: whole });
      return { ...start, whole: whole && !start.isCut };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (packingOf(file) === 'gzip' && String((error as { code?: unknown }).code).startsWith('Z_'))
      throw gzipFault(file, error);
    throw new DataError(`${file}: cannot be read: ${messageOf(error)}; check its permissions and that it is complete`, {
      cause: error,
      place: { file },
    });
  }
}
