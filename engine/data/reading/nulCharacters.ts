import { closeSync, openSync, readSync } from 'node:fs';

/** NUL characters (U+0000) in a text: their number, and the place of the first. */
export interface NulCharacters {
  count: number;
  /** 1-based line of the file. */
  line: number;
  /** The text of that line in front of it. */
  before: string;
}

const piece = 4 << 20;

/** Number of zeros in bytes, and the offset of the first one; -1 without one. */
export function zerosIn(bytes: Buffer): { count: number; first: number } {
  const first = bytes.indexOf(0);
  let count = 0;
  for (let at = first; at !== -1; at = bytes.indexOf(0, at + 1)) count++;
  return { count, first };
}

/** Returns the line of an offset of bytes, and the text of the line in front of it. */
export function placeIn(bytes: Buffer, offset: number): Pick<NulCharacters, 'line' | 'before'> {
  let line = 1;
  let start = 0;
  for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, before: bytes.subarray(start, offset).toString('latin1') };
}

/** The same for an offset of a file that is not packed. A line has at most a few MB in front of it. */
export function placeInFile(file: string, offset: number): Pick<NulCharacters, 'line' | 'before'> {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(piece);
    let found = { line: 1, before: '' };
    for (let at = 0; at < offset;) {
      const bytes = readSync(handle, buffer, 0, Math.min(piece, offset - at), at);
      if (bytes === 0) break;
      const next = placeIn(buffer.subarray(0, bytes), bytes);
      found = { line: found.line + next.line - 1, before: next.line > 1 ? next.before : found.before + next.before };
      at += bytes;
    }
    return found;
  } finally {
    closeSync(handle);
  }
}

/** A sentence about NUL characters of a file with fields. */
export function nulNote(
  { count, line, before }: NulCharacters,
  { delimiter, quote }: { delimiter: string; quote: string | null },
  names: readonly string[],
): string {
  let [index, isQuoted] = [0, false];
  for (let at = 0; at < before.length; at++)
    if (quote !== null && before[at] === quote) isQuoted = !isQuoted;
    else if (!isQuoted && delimiter !== '' && before.startsWith(delimiter, at)) {
      index++;
      at += delimiter.length - 1;
    }
  return nulWords(count, line, names[index] ?? `column ${index + 1}`);
}

/** The sentence: NUL characters are kept, and other programs end a text at them. */
export function nulWords(count: number, line: number, field: string): string {
  const many =
    count === 1
      ? `a NUL character (U+0000) in line ${line.toLocaleString('en-US')}, field \`${field}\`, is kept`
      : `${count.toLocaleString('en-US')} NUL characters (U+0000) are kept, the first in line ${line.toLocaleString('en-US')}, field \`${field}\``;
  return `${many}; other programs cut a text there`;
}
