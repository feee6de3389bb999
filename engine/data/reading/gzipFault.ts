import { closeSync, openSync, readSync } from 'node:fs';
import { DataError, messageOf } from '../../base/errors.ts';

/**
 * Says what is wrong with a gzip file, from the error of zlib: another format, an end that is missing, other bytes behind
 * the end, or damage.
 */
export function gzipFault(file: string, error: unknown): DataError {
  const message = messageOf(error);
  const isOther = /incorrect header check|unknown compression method|invalid window size/.test(message);
  const says =
    (error as { code?: unknown } | null)?.code === 'Z_BUF_ERROR'
      ? 'it is truncated; get it again'
      : !isOther
        ? 'it is damaged; get it again'
        : isGzip(file)
          ? 'other bytes follow the end of the compressed text; `gunzip` leaves them out and warns: unpack it, and pack it again'
          : 'it is not compressed; recreate it or remove `.gz` from its name';
  return new DataError(`${file}: not a complete gzip file (${message}): ${says}`, { cause: error, place: { file } });
}

function isGzip(file: string): boolean {
  try {
    const handle = openSync(file, 'r');
    try {
      const start = Buffer.alloc(2);
      readSync(handle, start, 0, 2, 0);
      return start[0] === 0x1f && start[1] === 0x8b;
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
}
