import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { withoutCutCharacter } from './detectEncoding.ts';
import { zerosIn } from './nulCharacters.ts';

/** What the rest of a text file contains, after its start. */
export interface RestOfText {
  /** Bytes of the first place that is not UTF-8, with their offset; null when there is none. */
  notUtf8: { bytes: Buffer; at: number } | null;
  /** Kinds of line ends, inside and outside quotes. */
  ends: Set<LineEnd>;
  /** True when a line does not end with the given byte. */
  otherEnd: boolean;
  /** Number of zero bytes, and the offset of the first in the file; -1 without one. */
  zeros: { count: number; first: number };
}

export type LineEnd = '\n' | '\r\n' | '\r';

const piece = 4 << 20;
/** Number of bytes to scan. A longer file is assumed to be the same throughout. */
const mostScanned = 256 << 20;

/** Scans an uncompressed file from an offset on, in pieces. `last` is the byte that is expected to end each line. */
export function scanRest(file: string, from: number, last: number | null): RestOfText {
  const found: RestOfText = { notUtf8: null, ends: new Set(), otherEnd: false, zeros: { count: 0, first: -1 } };
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(piece);
    let before = 0;
    for (let at = from; at < mostScanned;) {
      const bytes = readSync(handle, buffer, 0, piece, at);
      if (bytes === 0) break;
      const whole = bytes < piece ? buffer.subarray(0, bytes) : withoutCutCharacter(buffer.subarray(0, bytes));
      if (whole.length === 0 || !isUtf8(whole)) found.notUtf8 ??= { bytes: Buffer.from(whole), at };
      scanLineEnds(whole, before, last, found);
      const zeros = zerosIn(whole);
      if (zeros.count > 0 && found.zeros.first === -1) found.zeros.first = at + zeros.first;
      found.zeros.count += zeros.count;
      before = whole.at(-1) ?? before;
      at += Math.max(1, whole.length);
    }
    return found;
  } finally {
    closeSync(handle);
  }
}

/** Notes the kinds of line ends in a piece. `before` is the byte in front of it. */
function scanLineEnds(bytes: Buffer, before: number, last: number | null, found: RestOfText): void {
  const has = bytes.includes(13);
  if (!has && last === null) {
    if (bytes.includes(10))
      found.ends.add(before === 13 && bytes[0] === 10 && bytes.indexOf(10, 1) === -1 ? '\r\n' : '\n');
    return;
  }
  const at = (i: number) => (i < 0 ? before : (bytes[i] ?? 0));
  for (let i = bytes.indexOf(10); i !== -1; i = bytes.indexOf(10, i + 1)) {
    const pair = at(i - 1) === 13;
    found.ends.add(pair ? '\r\n' : '\n');
    const end = at(i - (pair ? 2 : 1));
    if (last !== null && end !== last && end !== 10 && end !== 13) found.otherEnd = true;
  }
  if (!has) return;
  for (let i = bytes.indexOf(13); i !== -1; i = bytes.indexOf(13, i + 1))
    if (i + 1 < bytes.length && bytes[i + 1] !== 10) found.ends.add('\r');
}
