import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import type { Store } from '../store/store.ts';

/** How very many files look, without their content. */
export interface InputLook {
  /** Paths relative to the root of the project, in the order in which they were found. */
  files: readonly string[];
  /** Four numbers a file: size, mtime and ctime in milliseconds, inode. */
  marks: Float64Array;
  /** Equal for equal files and marks. */
  digest: string;
}

/** Numbers a file in `marks`. */
export const marksEach = 4;

export function inputLook(files: readonly string[], marks: Float64Array): InputLook {
  return { files, marks, digest: createHash('sha256').update(files.join('\0')).update(marks).digest('hex') };
}

/**
 * The files that one look has otherwise than the one before, each list sorted: those that are new or have other marks,
 * and those that are gone.
 */
export function differentFiles(before: InputLook, now: InputLook): { changed: string[]; gone: string[] } {
  const changed = new Set<string>();
  const isOther = (i: number, k: number) => {
    for (let n = 0; n < marksEach; n++)
      if (now.marks[marksEach * i + n] !== before.marks[marksEach * k + n]) return true;
    return false;
  };
  // Folders are mostly listed in the same order.
  let [start, last, lastBefore] = [0, now.files.length, before.files.length];
  for (; start < last && now.files[start] === before.files[start]; start++)
    if (isOther(start, start)) changed.add(now.files[start] ?? '');
  for (; last > start && lastBefore > start && now.files[last - 1] === before.files[lastBefore - 1];)
    if (isOther(--last, --lastBefore)) changed.add(now.files[last] ?? '');
  const places = new Map<string, number>();
  for (let k = start; k < lastBefore; k++) places.set(before.files[k] ?? '', k);
  for (let i = start; i < last; i++) {
    const file = now.files[i] ?? '';
    const k = places.get(file);
    if (k === undefined || isOther(i, k)) changed.add(file);
  }
  const left = new Set(now.files);
  const gone = [...places.keys()].filter((file) => !left.has(file));
  return { changed: [...changed].toSorted(), gone: gone.toSorted() };
}

/** Keeps a look for later comparisons. Without the space or the right to, they are only slower. */
export function keepLook(store: Store, stage: string, { files, marks }: InputLook): void {
  const numbers = Buffer.from(marks.buffer, marks.byteOffset, marks.byteLength).toString('base64');
  try {
    writeAtomic(pathOf(store, stage), `${numbers}\n${files.join('\0')}`);
  } catch {
    return;
  }
}

/** The look that was kept for a stage; null for none. Its digest tells whether it is the one that is meant. */
export function keptLook(store: Store, stage: string): InputLook | null {
  try {
    const text = readRegularFile(pathOf(store, stage), mostBytes).toString('utf8');
    const end = text.indexOf('\n');
    const bytes = Buffer.from(text.slice(0, end), 'base64');
    const files = text.slice(end + 1).split('\0');
    if (bytes.length !== files.length * marksEach * Float64Array.BYTES_PER_ELEMENT) return null;
    return inputLook(files, new Float64Array(new Uint8Array(bytes).buffer));
  } catch {
    return null;
  }
}

/** Some two million files. */
const mostBytes = 400 << 20;

function pathOf({ folder }: Store, stage: string): string {
  return join(folder, 'inputs', createHash('sha256').update(stage).digest('hex').slice(0, 24));
}
