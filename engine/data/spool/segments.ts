import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { replaceFileSync } from '../../base/replaceFile.ts';

/**
 * A spool is a folder of segments, files of one JSON object a line. A segment is `.open` while its writer adds to it,
 * then `.ndjson`, and does not change any more. Once its lines are in a version of the dataset it is removed.
 */
export const openEnding = '.open';
export const closedEnding = '.ndjson';

/** The columns that a spool adds to the fields of a line: its number, and the id that a client gave it. */
export const spoolColumns = { number: '_n', id: '_id' } as const;

/** The names of the segments with an ending, oldest first. */
export function segmentsOf(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d{8}T\d{9}Z-/.test(name) && name.endsWith(ending))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Bytes of the segments that wait, with those of the open one or without. */
export function waitingBytes(folder: string, withOpen: boolean): number {
  return [closedEnding, ...(withOpen ? [openEnding] : [])]
    .flatMap((ending) => segmentsOf(folder, ending))
    .reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Name of a new segment, without its ending. Names sort by time. */
export function segmentName(time: number, mark: string): string {
  return `${new Date(time).toISOString().replaceAll(/[-:.]/g, '')}-${mark}`;
}

/** Closes a segment: it gets its final name, and an empty one is removed. Returns the name of the closed one. */
export function closeSegment(folder: string, name: string, bytes: number): string | null {
  const path = join(folder, name);
  if (bytes === 0) {
    rmSync(path, { force: true });
    return null;
  }
  const closed = `${name.slice(0, -openEnding.length)}${closedEnding}`;
  // Somebody removed the folder while its writer ran.
  if (!existsSync(path)) return null;
  replaceFileSync(path, join(folder, closed));
  syncFolder(folder);
  return closed;
}

/**
 * Closes the segments that a writer left open when it ended. What follows the last whole line was never acknowledged
 * and is cut. The caller holds the spool.
 */
export function recoverSegments(folder: string): string[] {
  return segmentsOf(folder, openEnding).flatMap(
    (name) => closeSegment(folder, name, cutTorn(join(folder, name))) ?? [],
  );
}

/** Cuts a file after its last whole line of JSON, and returns the bytes that stay. */
function cutTorn(path: string): number {
  const handle = openSync(path, 'r+');
  try {
    const chunk = Buffer.allocUnsafe(1 << 20);
    let whole = 0;
    let at = 0;
    let rest = Buffer.alloc(0);
    let isWhole = true;
    for (let n = readSync(handle, chunk, 0, chunk.length, at); n > 0 && isWhole;) {
      at += n;
      let text = rest.length === 0 ? chunk.subarray(0, n) : Buffer.concat([rest, chunk.subarray(0, n)]);
      for (let end = text.indexOf(10); end >= 0 && isWhole; end = text.indexOf(10)) {
        isWhole = isJson(text.subarray(0, end));
        if (isWhole) whole += end + 1;
        text = text.subarray(end + 1);
      }
      rest = Buffer.from(text);
      n = readSync(handle, chunk, 0, chunk.length, at);
    }
    ftruncateSync(handle, whole);
    fsyncSync(handle);
    return whole;
  } finally {
    closeSync(handle);
  }
}

/** After a power failure, blocks that were never synced can hold anything. */
function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** Makes a new name in a folder durable. Windows has no such call and does not need it. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
}
