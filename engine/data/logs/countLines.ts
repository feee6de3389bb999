import type { FileHandle } from 'node:fs/promises';
import { checkCancelled } from '../../base/errors.ts';
import { bytesOf } from './heldFiles.ts';

const chunkBytes = 1 << 20;
const newline = 10;
const carriageReturn = 13;

/** Counts lines that are not blank, over the chunks of a file. */
export class LineCounter {
  /** Line breaks behind a line with text. */
  lines = 0;
  /** Bytes since the last line break, without carriage returns at the end of the line. */
  #length = 0;

  add(bytes: Buffer): void {
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(newline, from);
      const stop = end === -1 ? bytes.length : end;
      const isBare = stop - from === 1 && bytes[from] === carriageReturn;
      this.#length += isBare ? 0 : stop - from;
      if (end === -1) return;
      if (this.#length > 0) this.lines++;
      this.#length = 0;
      from = end + 1;
    }
  }

  /** Counts also a last line without a line break. */
  get allLines(): number {
    return this.lines + (this.#length > 0 ? 1 : 0);
  }
}

export interface CountedLines {
  lines: number;
  /** False: the lines of the first bytes were counted, and there are about so many in all. */
  exact: boolean;
}

/**
 * Counts the lines with text from an offset to the end of an open file. Reads at most `mostBytes`; the rest is estimated
 * from the length of the lines that were read. With `isFinished` a last line counts without a line break.
 */
export async function countLines(
  handle: FileHandle,
  { from, size, mostBytes, isFinished }: { from: number; size: number; mostBytes: number; isFinished: boolean },
  signal?: AbortSignal,
): Promise<CountedLines> {
  const counter = new LineCounter();
  const stop = Math.min(size, from + mostBytes);
  let at = from;
  while (at < stop) {
    checkCancelled(signal);
    const chunk = await bytesOf(handle, at, Math.min(chunkBytes, stop - at));
    if (chunk.length === 0) break;
    counter.add(chunk);
    at += chunk.length;
  }
  if (at >= size || at === from) return { lines: isFinished ? counter.allLines : counter.lines, exact: true };
  return { lines: Math.round((counter.lines * (size - from)) / (at - from)), exact: false };
}
