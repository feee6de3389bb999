import { DataError } from '../../base/errors.ts';

/** Decodes the start of a text, without its byte order mark. Throws DataError when it is blank. */
export function decodeStart(file: string, bytes: Buffer, encoding: string): string {
  const text = new TextDecoder(encoding).decode(bytes, { stream: true }).replace(/^\uFEFF/, '');
  if (text.trim() === '')
    throw new DataError(`${file}: the file contains only blank lines; recreate or remove it`, { place: { file } });
  return text;
}

/** Control characters that texts contain: tab, line ends, and those that Hive and DOS write. */
const usual = new Set([1, 9, 10, 11, 12, 13, 26, 27]);

/**
 * Throws DataError for content that is not text. A few control characters occur in texts; a file of another format has
 * many. UTF-16 has zeros, but only at every second byte.
 */
export function refuseBinary(file: string, bytes: Buffer): void {
  const sample = bytes.subarray(0, 65_536);
  let [control, zeros] = [0, 0];
  for (const byte of sample) {
    if (byte === 0) zeros++;
    else if (byte < 32 && !usual.has(byte)) control++;
  }
  const isWide = zeros > sample.length / 8;
  if (control <= 3 + sample.length / 50 && (zeros <= 3 + sample.length / 50 || isWide)) return;
  throw new DataError(
    `${file}: this is not a text file: it is damaged, or has another format than its name says; write it again`,
    { place: { file } },
  );
}
