import { closeSync, constants, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Windows reports the start of a process only through a program that takes a second. There, a process holds a file that
// nobody else can open, and the system lets go of it when the process ends, however it ends. The name of the file has
// the process id and a mark, so a later process with the same id is told apart.

/** Opens a file for this process alone; libuv's flag on Windows, which `fs.constants` does not list. */
const exclusive = 0x10000000;
const folder = () => join(tmpdir(), 'loopwright-processes');
const shape = /^(\d+)-(m[0-9a-f]{12})$/;

let own: string | undefined;

/** Marks this process, once, until it ends; returns the mark, or null when the temporary folder cannot be written. */
export function ownMark(): string | null {
  if (own !== undefined) return own;
  const mark = `m${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(folder(), { recursive: true });
    removeLeftovers();
    openSync(join(folder(), `${process.pid}-${mark}`), constants.O_RDWR | constants.O_CREAT | exclusive);
  } catch {
    return null;
  }
  return (own = mark);
}

/** Returns the mark of a running process; null for one that has none. */
export function markOf(pid: number): string | null {
  if (pid === process.pid) return ownMark();
  for (const name of names()) {
    const [, id, mark] = shape.exec(name) ?? [];
    if (mark !== undefined && Number(id) === pid && isHeld(name)) return mark;
  }
  return null;
}

/** True for the mark of a process that still runs. */
export function isMarked(pid: number, mark: string): boolean {
  return isHeld(`${pid}-${mark}`);
}

/** True for a text that `ownMark` made, and not a start time of another system. */
export const isMark = (text: string): boolean => /^m[0-9a-f]{12}$/.test(text);

function isHeld(name: string): boolean {
  try {
    closeSync(openSync(join(folder(), name), constants.O_RDONLY));
    return false;
  } catch (error) {
    return ['EBUSY', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

function removeLeftovers(): void {
  for (const name of names())
    try {
      rmSync(join(folder(), name));
    } catch {
      // Its process runs.
    }
}

function names(): string[] {
  try {
    return readdirSync(folder()).filter((name) => shape.test(name));
  } catch {
    return [];
  }
}
