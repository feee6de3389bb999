import { constants, copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, parse } from 'node:path';
import { hashFile } from '../data/hashFile.ts';
import type { Worktree } from './worktree.ts';
import { keptPath } from '../data/snapshotFiles.ts';
import type { LockEntry } from '../fingerprint/lockFile.ts';
import type { Store } from '../store/store.ts';
import { isInside, projectPath } from '../base/projectPath.ts';

export interface Wanted {
  path: string;
  hash: string;
  bytes: number;
}

/** The origin of a file: the checked-out code, a stored version of a dataset, the project, or none. */
export type Origin = 'code' | 'kept' | 'project' | 'gone';

/**
 * Restores a file of an old state by its hash; no other content is accepted. Only the folder around the checkout is
 * written: the path comes from the store, and the commit can hold links.
 */
export async function restoreFile(
  store: Store,
  place: Pick<Worktree, 'root' | 'folder'>,
  wanted: Wanted,
): Promise<Origin> {
  // Files outside the project are never written.
  if (isAbsolute(wanted.path)) return (await holds(wanted.path, wanted)) ? 'project' : 'gone';
  const target = join(place.root, wanted.path);
  if (await holds(target, wanted)) return 'code';
  const real = join(nearestReal(dirname(target)), basename(target));
  if (!isInside(place.folder, real) || dirname(real) === place.folder) return 'gone';
  const kept = keptPath(store.folder, wanted);
  const source =
    existsSync(kept) && (await holds(kept, wanted))
      ? kept
      : (await holds(projectPath(store.root, wanted.path), wanted))
        ? projectPath(store.root, wanted.path)
        : null;
  if (source === null) return 'gone';
  mkdirSync(dirname(target), { recursive: true });
  // A link at this path would be written through.
  if (lstatSync(target, { throwIfNoEntry: false })) rmSync(target, { recursive: true });
  copyFileSync(source, target, constants.COPYFILE_FICLONE);
  return source === kept ? 'kept' : 'project';
}

/** The real path of a folder that may not exist yet; the root of the system behind a link that leads nowhere. */
function nearestReal(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    const above = dirname(folder);
    if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() || above === folder) return parse(folder).root;
    return join(nearestReal(above), basename(folder));
  }
}

async function holds(path: string, wanted: Wanted): Promise<boolean> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats || (stats.isFile() && stats.size !== wanted.bytes)) return false;
  try {
    // A device would never end.
    const found = statSync(path);
    if (!found.isFile() && !found.isDirectory()) return false;
    return (await hashFile(path)).hash === wanted.hash;
  } catch {
    return false;
  }
}

/** The files that a stage read, from its lock entry. Entries of a model (`train: weights.bin`) are no paths. */
export function filesRead(entry: LockEntry): Wanted[] {
  return Object.entries(entry.deps)
    .filter(([path]) => !/^[^/]+: /.test(path))
    .map(([path, mark]) => ({ path, ...mark }));
}

export function filesMade(entry: LockEntry): Wanted[] {
  return Object.entries(entry.outs).map(([path, mark]) => ({ path, ...mark }));
}
