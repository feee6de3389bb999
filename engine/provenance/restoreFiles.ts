import { constants, copyFileSync, existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { hashFile } from '../data/hashFile.ts';
import { keptPath } from '../data/snapshotFiles.ts';
import type { LockEntry } from '../fingerprint/lockFile.ts';
import type { Store } from '../store/store.ts';

export interface Wanted {
  path: string;
  hash: string;
  bytes: number;
}

/**
 * Where a file came from: it stood in the checked-out code, a kept version of a dataset had it, the project still has
 * it, or nobody has it.
 */
export type Origin = 'code' | 'kept' | 'project' | 'gone';

/** Puts a file of an old state in its place, found by its content; nothing but that content will do. */
export async function restoreFile(store: Store, place: string, wanted: Wanted): Promise<Origin> {
  // A file outside the project is nobody's to move.
  if (isAbsolute(wanted.path)) return (await holds(wanted.path, wanted)) ? 'project' : 'gone';
  const target = join(place, wanted.path);
  if (await holds(target, wanted)) return 'code';
  const kept = keptPath(store.folder, wanted);
  const source =
    existsSync(kept) && (await holds(kept, wanted))
      ? kept
      : (await holds(join(store.root, wanted.path), wanted))
        ? join(store.root, wanted.path)
        : null;
  if (source === null) return 'gone';
  mkdirSync(dirname(target), { recursive: true });
  // A link at its place would be written through.
  if (lstatSync(target, { throwIfNoEntry: false })) rmSync(target, { recursive: true });
  copyFileSync(source, target, constants.COPYFILE_FICLONE);
  return source === kept ? 'kept' : 'project';
}

async function holds(path: string, wanted: Wanted): Promise<boolean> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats || (stats.isFile() && stats.size !== wanted.bytes)) return false;
  try {
    return (await hashFile(path)).hash === wanted.hash;
  } catch {
    return false;
  }
}

/**
 * The files that a stage read, as its entry tells. What is noted of a model by the stage that made it (`train:
 * weights.bin`) is no path.
 */
export function filesRead(entry: LockEntry): Wanted[] {
  return Object.entries(entry.deps)
    .filter(([path]) => !/^[^/]+: /.test(path))
    .map(([path, mark]) => ({ path, ...mark }));
}

export function filesMade(entry: LockEntry): Wanted[] {
  return Object.entries(entry.outs).map(([path, mark]) => ({ path, ...mark }));
}
