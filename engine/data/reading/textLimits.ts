import { DataError } from '../../base/errors.ts';

/** Most bytes of a line. DuckDB silently skips lines of tens of megabytes when it sets lines aside. */
const longestLine = 16 << 20;
/** Most blank lines one after the other. DuckDB reads hundreds of millions of them for minutes. */
const mostBlank = 1_000_000;
/** Bytes up to which a packed text may repeat the same as much as it wants. */
const mostRepeated = 512 << 20;
/**
 * Bytes that a packed byte becomes at most in a larger text of short rows: each has less than three bits then. Of long
 * ones, such as thousands of columns of which one is not 0, gzip makes some 800 and zstd 3,300, and of one row again and
 * again 1,030 and more than 10,000.
 */
const mostPerByte = 200;
const shortRow = 64;
const mostPerByteOfLong = { gzip: 950, zstd: 6000 } as const;
const sampled = 1 << 16;
const probe = 4096;

/** Line breaks and blanks, also in UTF-16. */
const isBlank = (byte: number) => byte === 10 || byte === 13 || byte === 32 || byte === 9 || byte === 0;

/** A packed text: its size, and how it is packed. */
export interface Packed {
  bytes: number;
  packing: 'gzip' | 'zstd';
}

/**
 * Looks for what only a damaged file or an attack contains, in the unpacked bytes of a text as they come: a line of more
 * than 16 MB, a million blank lines, and more than 512 MB of which nearly all repeats. It has no limit of rows and bytes.
 */
export class TextLimits {
  readonly #file: string;
  readonly #packed: Packed | null;
  readonly #hasLines: boolean;
  #at = 0;
  #lineStart = 0;
  /** Offset of the first line break with only blanks behind it, and the number of them. */
  #blankStart = 0;
  #blank = 0;

  /** `packed` is null for a text that is not packed. Without `hasLines`, as JSON, a line may have any length. */
  constructor(file: string, { packed, hasLines }: { packed: Packed | null; hasLines: boolean }) {
    this.#file = file;
    this.#packed = packed;
    this.#hasLines = hasLines;
  }

  /** Takes the next bytes. Throws TextFault, and DataError for a text that repeats itself. */
  next(bytes: Buffer): void {
    if (this.#hasLines) this.#lookAtLines(bytes);
    this.#lookAtBlanks(bytes);
    this.#at += bytes.length;
    if (this.#packed === null || this.#at <= mostRepeated) return;
    const perByte = this.#at / this.#packed.bytes;
    if (perByte <= mostPerByte || (perByte <= mostPerByteOfLong[this.#packed.packing] && !hasShortRows(bytes))) return;
    throw new DataError(
      `${this.#file}: it unpacks to more than ${mostRepeated >> 20} MB, ${Math.floor(perByte)} times its size, so its rows are the same again and again; check what wrote it. If it is as it should be, unpack it and read the unpacked file`,
      { place: { file: this.#file } },
    );
  }

  /** Looks for the other kind of line end only where there is none of the usual kind: most of the time goes there. */
  #lookAtLines(bytes: Buffer): void {
    const end = bytes.includes(10) ? 10 : 13;
    const first = bytes.indexOf(end);
    if (this.#at + (first === -1 ? bytes.length : first) - this.#lineStart > longestLine)
      throw new TextFault('line', this.#lineStart);
    if (first !== -1) this.#lineStart = this.#at + bytes.lastIndexOf(end) + 1;
  }

  /** A million blank lines fill a megabyte, so a few bytes in some thousand tell most texts from them. */
  #lookAtBlanks(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; from += probe) {
      const to = Math.min(from + probe, bytes.length);
      if (this.#blank > 0 || endsBlank(bytes, from, to)) this.#countBlank(bytes, from, to);
    }
  }

  #countBlank(bytes: Buffer, from: number, to: number): void {
    let blank = this.#blank;
    for (let i = from; i < to; i++) {
      const byte = bytes[i] ?? 0;
      if (!isBlank(byte)) blank = 0;
      else if (byte === 10 || (byte === 13 && bytes[i + 1] !== 10)) {
        if (blank++ === 0) this.#blankStart = this.#at + i - (byte === 10 && bytes[i - 1] === 13 ? 1 : 0);
        if (blank > mostBlank) throw new TextFault('blank', this.#blankStart);
      }
    }
    this.#blank = blank;
  }
}

/** True when the lines, or the objects of JSON, have a few bytes each. */
function hasShortRows(bytes: Buffer): boolean {
  const part = bytes.subarray(0, sampled);
  const ends = [10, 13, 0x7d].map((end) => {
    let count = 0;
    for (let at = part.indexOf(end); at !== -1; at = part.indexOf(end, at + 1)) count++;
    return count;
  });
  return Math.max(...ends) * shortRow > part.length;
}

function endsBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let i = Math.max(from, to - 16); i < to; i++) if (!isBlank(bytes[i] ?? 0)) return false;
  return true;
}

/** A fault of a text whose place is an offset: its line is counted only when there is a fault. */
export class TextFault extends Error {
  readonly kind: 'line' | 'blank';
  readonly offset: number;

  constructor(kind: 'line' | 'blank', offset: number) {
    super(kind);
    this.kind = kind;
    this.offset = offset;
  }
}

/** The fault in words. */
export function textFault(file: string, { kind, offset }: TextFault, line: number): DataError {
  const says =
    kind === 'line'
      ? `line ${line.toLocaleString('en-US')}, which starts at byte ${offset.toLocaleString('en-US')}, is longer than 16 MB; the file is not CSV, or a quote is not closed`
      : `more than a million blank lines follow line ${line.toLocaleString('en-US')}; remove them, or check what wrote the file`;
  return new DataError(`${file}: ${says}`, { place: { file, line } });
}

/** Counts the lines of a text up to an offset. */
export class LineCount {
  line = 1;
  #left: number;
  #before = 0;

  constructor(offset: number) {
    this.#left = offset;
  }

  /** Takes the next bytes; false once the offset is reached. */
  next(bytes: Buffer): boolean {
    const end = Math.min(bytes.length, this.#left);
    for (let i = 0; i < end; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === 10 ? this.#before !== 13 : byte === 13) this.line++;
      this.#before = byte;
    }
    this.#left -= end;
    return this.#left > 0;
  }
}
