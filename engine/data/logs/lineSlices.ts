import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { CancelledError } from '../../base/errors.ts';
import { writeAll } from '../../base/writeAll.ts';
import { bytesOf, markBefore, markStart, type ReadHandle } from './heldFiles.ts';
import type { Mark } from './logPosition.ts';
import type { ScannedLines } from './scannedLines.ts';
import type { ScannedSlice } from './scannedSlice.ts';

/** Whole lines of a file, copied for DuckDB. */
export interface LineSlice {
  path: string;
  /** Where the next slice starts in the file. */
  end: number;
  /** Length of the longest line is below this. */
  longest: number;
  /** Characters that are not in the encoding, and null bytes that were left out. */
  replaced: boolean;
  /** Number of lines of which only the start was copied. */
  cut: number;
  /** Marks of the file at its start and before `end`. */
  head: Mark;
  mark: Mark;
  /** The lines, when they were scanned instead of being copied to `path`. */
  scanned: ScannedSlice | null;
}

export interface SliceOptions {
  /** Encoding other than UTF-8. */
  encoding: string;
  /** Matches lines that continue the one before; a slice ends before a line that does not. */
  continued: ((line: string) => boolean) | null;
  /** The file does not grow any more: its last line counts without a line break, and the last record is complete. */
  isFinished: boolean;
  /** Takes the lines instead of the file at `target`. */
  scanned?: ScannedLines | null;
  /** Where chunks are read into; see `chunkBytes`. */
  buffer?: Buffer;
  signal: AbortSignal;
}

/** Bytes that are read at once, where lines are not longer. */
export const chunkBytes = 4 << 20;
const sliceBytes = 128 << 20;
/** Scanned lines stay in memory until they are written, as one row group. */
export const scannedBytes = 32 << 20;
/** A longer line is cut: only its start is read. */
const mostLineBytes = 64 << 20;
const cutBytes = 1 << 20;
const searchedBytes = 64 << 10;

/**
 * Copies whole lines from an offset of a file, at most some 128 MB: without a byte order mark and null bytes, with line
 * breaks of one form, as UTF-8. A blank line becomes one space, so that lines can be counted. Returns null when there is
 * no whole line, and `changed` when the file was truncated or replaced while it was read. It ends early when too few
 * lines can be scanned.
 */
export async function copyLines(
  file: { handle: ReadHandle; size: number },
  from: number,
  target: string,
  options: SliceOptions,
): Promise<LineSlice | null | 'changed'> {
  const { handle } = file;
  const { scanned = null } = options;
  const { size } = file;
  const before = await markStart(handle, Math.min(size, Math.max(from, 1024)));
  const start = from === 0 ? await afterNulls(handle, size) : from;
  const out = scanned ? null : await open(target, 'w');
  const take = async (bytes: Buffer): Promise<void> => {
    if (out) await writeAll(out, bytes);
    else scanned?.add(bytes);
  };
  const most = scanned ? scannedBytes : sliceBytes;
  const slice = { path: target, end: start, longest: chunkBytes, replaced: false, cut: 0 };
  try {
    let length = chunkBytes;
    while (slice.end < size && slice.end - start < most && scanned?.isFutile !== true) {
      if (options.signal.aborted) throw new CancelledError();
      const chunk = await bytesOf(handle, slice.end, Math.min(length, size - slice.end), options.buffer);
      const atEnd = slice.end + chunk.length >= size;
      if (chunk.length === 0) break;
      const whole = endOfLines(chunk, atEnd && options.isFinished, options.continued);
      if (whole > 0) {
        await take(cleaned(chunk.subarray(0, whole), slice, slice.end === start && from === 0, options.encoding));

        slice.longest = Math.max(slice.longest, whole);
        slice.end += whole;
        length = chunkBytes;
      } else if (atEnd) break;
      else if (length < mostLineBytes) length *= 2;
      else {
        const end = await endOfLongLine(handle, slice.end + chunk.length, size);
        if (end === null && !options.isFinished) break;
        await take(cleaned(startOfLine(chunk), slice, slice.end === start && from === 0, options.encoding));
        slice.cut++;
        slice.end = end ?? size;
        length = chunkBytes;
      }
    }
    if (slice.end === start) return null;
    const [head, mark] = [await markStart(handle, slice.end), await markBefore(handle, slice.end)];
    const after = await markStart(handle, before.offset);
    return after.hash !== before.hash || (await handle.stat()).size < slice.end
      ? 'changed'
      : { ...slice, head, mark, scanned };
  } finally {
    await out?.close();
  }
}

/**
 * Returns where a slice that is scanned can end: after the last line that ends at most `length` bytes after an offset. Null
 * when the last 4 MB of them have no end of a line.
 */
export async function endOfSlice(
  { handle, size }: { handle: ReadHandle; size: number },
  from: number,
  length: number,
): Promise<number | null> {
  const most = Math.min(size, from + length);
  for (let end = most; end > from && most - end < chunkBytes;) {
    const start = Math.max(from, end - searchedBytes);
    const found = (await bytesOf(handle, start, end - start)).lastIndexOf(10);
    if (found !== -1) return start + found + 1;
    end = start;
  }
  return null;
}

/** Returns the first offset without a null byte: a file that was truncated under its writer starts with null bytes. */
async function afterNulls(handle: ReadHandle, size: number): Promise<number> {
  for (let at = 0; at < size;) {
    const chunk = await bytesOf(handle, at, Math.min(chunkBytes, size - at));
    if (chunk.length === 0) break;
    const found = chunk.findIndex((byte) => byte !== 0);
    if (found !== -1) return at + found;
    at += chunk.length;
  }
  return 0;
}

/** Returns the end of the last whole line, or of the last whole record. */
function endOfLines(chunk: Buffer, isLast: boolean, continued: ((line: string) => boolean) | null): number {
  if (isLast) return chunk.length;
  let end = chunk.lastIndexOf(10) + 1;
  if (continued === null) return end;
  // The last record can still be continued.
  while (end > 0) {
    const start = end === 1 ? 0 : chunk.lastIndexOf(10, end - 2) + 1;
    if (!continued(chunk.toString('utf8', start, Math.min(end - 1, start + 4096)))) return start;
    end = start;
  }
  return 0;
}

function startOfLine(chunk: Buffer): Buffer {
  return Buffer.concat([chunk.subarray(0, cutBytes), Buffer.from('\n')]);
}

async function endOfLongLine(handle: ReadHandle, from: number, size: number): Promise<number | null> {
  for (let at = from; at < size;) {
    const chunk = await bytesOf(handle, at, Math.min(chunkBytes, size - at));
    if (chunk.length === 0) return null;
    const found = chunk.indexOf(10);
    if (found !== -1) return at + found + 1;
    at += chunk.length;
  }
  return null;
}

function cleaned(chunk: Buffer, slice: Pick<LineSlice, 'replaced'>, isStart: boolean, encoding: string): Buffer {
  let bytes = chunk;
  if (isStart && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
  if (bytes.includes(0)) bytes = Buffer.from(bytes.filter((byte) => byte !== 0));
  if (encoding !== 'utf-8') bytes = Buffer.from(new TextDecoder(encoding).decode(bytes));
  else if (!isUtf8(bytes)) {
    slice.replaced = true;
    bytes = Buffer.from(new TextDecoder('utf-8').decode(bytes));
  }
  if (bytes.includes(13))
    bytes = Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n').replaceAll('\r', ' '), 'latin1');
  if (bytes[0] === 10 || bytes.includes('\n\n'))
    bytes = Buffer.from(bytes.toString('latin1').replaceAll(/^(?=\n)/gm, ' '), 'latin1');
  return bytes.length > 0 && bytes.at(-1) !== 10 ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes;
}
