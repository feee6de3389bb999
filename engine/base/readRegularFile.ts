import { readFileSync, statSync, type Stats } from 'node:fs';

/** Upper limit for a text file that a user writes. */
const mostBytes = 50 << 20;

/** A path exists but is not a readable text file. `why` follows the path in a sentence. */
export class NotAFileError extends Error {
  override name = 'NotAFileError';
  readonly why: string;
  constructor(path: string, why: string) {
    super(`\`${path}\` ${why}`);
    this.why = why;
  }
}

/**
 * Reads a file that the user may have created. Checks its type first: reading a pipe blocks, and a device may never
 * end. Follows links.
 */
export function readRegularFile(path: string, most = mostBytes): Buffer {
  const stats = statSync(path);
  const why =
    whyNoFile(stats) ??
    (stats.size > most
      ? `has ${Math.round(stats.size / (1 << 20)).toLocaleString('en-US')} MB; the limit for a text file is ${most >> 20} MB`
      : null);
  if (why !== null) throw new NotAFileError(path, why);
  return readFileSync(path);
}

/** Returns the kind of a path that is not a file, such as `is a pipe, not a file`; null for a file. */
export function whyNoFile(stats: Stats): string | null {
  if (stats.isFile()) return null;
  const kind = stats.isDirectory() ? 'folder' : stats.isFIFO() ? 'pipe' : stats.isSocket() ? 'socket' : 'device';
  return `is a ${kind}, not a file`;
}

/** Returns a sentence, without its full stop, for a file that cannot be read. */
export function whyUnread(name: string, error: unknown): string {
  if (error instanceof NotAFileError) return `\`${name}\` ${error.why}`;
  return `\`${name}\` cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
