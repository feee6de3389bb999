import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { maskedCrc32c } from './crc32c.ts';

const chunkBytes = 1 << 20;
const longestRecord = 1 << 30;
const headBytes = 12;
const footBytes = 4;

/**
 * The records of a TFRecord file: length (8 bytes), its masked CRC-32C, the data, its masked CRC-32C, all little-
 * endian. Yields the intact records; a record with damaged data is skipped, and a truncated or unreadable file ends
 * there. `tell` receives the reason. The bytes of a record are valid until the next one is requested.
 */
export function* readRecords(file: string, tell: (message: string) => void): Iterable<Uint8Array> {
  const handle = openSync(file, 'r');
  let buffer = Buffer.allocUnsafe(chunkBytes);
  let from = 0;
  let to = 0;
  let offset = 0;
  /** Fills the buffer with at least this many bytes; false at the end of the file. */
  const fill = (needed: number): boolean => {
    if (to - from >= needed) return true;
    const bigger = needed > buffer.length ? Buffer.allocUnsafe(Math.max(needed, buffer.length * 2)) : buffer;
    buffer.copy(bigger, 0, from, to);
    buffer = bigger;
    to -= from;
    from = 0;
    while (to < needed) {
      const n = readSync(handle, buffer, to, buffer.length - to, null);
      if (n === 0) return false;
      to += n;
    }
    return true;
  };
  let damaged = 0;
  try {
    for (;;) {
      if (!fill(headBytes)) {
        if (to > from) tell(`it ends in the middle of a record (byte ${offset}); what is whole was taken`);
        break;
      }
      const length = Number(buffer.readBigUInt64LE(from));
      if (maskedCrc32c(buffer, from, from + 8) !== buffer.readUInt32LE(from + 8) || length > longestRecord) {
        tell(
          `it is damaged at byte ${offset}: the length of a record does not fit its checksum. What stands before was taken`,
        );
        break;
      }
      // No buffer is made for bytes that are only claimed.
      const whole = headBytes + length + footBytes;
      if (whole > fstatSync(handle).size - offset || !fill(whole)) {
        tell(`it ends in the middle of a record (byte ${offset}); what is whole was taken`);
        break;
      }
      const start = from + headBytes;
      const end = start + length;
      if (maskedCrc32c(buffer, start, end) === buffer.readUInt32LE(end)) yield buffer.subarray(start, end);
      else damaged++;
      from = end + footBytes;
      offset += headBytes + length + footBytes;
    }
    if (damaged > 0)
      tell(
        `${damaged === 1 ? 'a record was' : `${damaged} records were`} left out: the data do not fit their checksum`,
      );
  } finally {
    closeSync(handle);
  }
}
