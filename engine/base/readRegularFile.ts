import { readFileSync, statSync, type Stats } from 'node:fs';

/** No text that a person writes is larger. */
const mostBytes = 50 << 20;

/** Something that is there and cannot be read as a text file; `why` goes on after its name. */
export class NotAFileError extends Error {
  override name = 'NotAFileError';
  readonly why: string;
  constructor(path: string, why: string) {
    super(`\`${path}\` ${why}`);
    this.why = why;
  }
}

/**
 * Reads a file that a person may have put there. It is looked at first: a pipe would block for ever, a device might
 * never end. Links are followed.
 */
export function readRegularFile(path: string, most = mostBytes): Buffer {
  const stats = statSync(path);
  const why =
    whyNoFile(stats) ??
    (stats.size > most
      ? `has ${Math.round(stats.size / (1 << 20)).toLocaleString('en-US')} MB; a text file here may have ${most >> 20} MB`
      : null);
  if (why !== null) throw new NotAFileError(path, why);
  return readFileSync(path);
}

/** The kind of a thing that is no file: `is a pipe, not a file`. Null for a file. */
export function whyNoFile(stats: Stats): string | null {
  if (stats.isFile()) return null;
  const kind = stats.isDirectory() ? 'folder' : stats.isFIFO() ? 'pipe' : stats.isSocket() ? 'socket' : 'device';
  return `is a ${kind}, not a file`;
}

/** A sentence without its stop for a file that could not be read. */
export function whyUnread(name: string, error: unknown): string {
  if (error instanceof NotAFileError) return `\`${name}\` ${error.why}`;
  return `\`${name}\` cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
