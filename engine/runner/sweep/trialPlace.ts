import { constants, existsSync, type Dirent } from 'node:fs';
import { copyFile, mkdir, readdir, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import { isGlob, pathsOverlap } from '../../base/glob.ts';
import { isInside, projectPath } from '../../base/projectPath.ts';
import { ownRepository, repositoryOf } from '../../provenance/ownRepository.ts';
import { begin, linked, linkTools, removeAbandoned, type Worktree } from '../../provenance/worktree.ts';
import { stateFolder } from '../../store/store.ts';

/** Larger files are linked, and so are folders with more entries than this: data is read, not changed, by a trial. */
const largeFile = 1 << 20;
const manyEntries = 2000;

/**
 * Makes a folder for trials. Their outputs are only there; the store is the project's. Small files are copied, so that
 * programs which resolve paths from their own file stay in the folder. The paths in `made`, which trials write, are
 * left out. When the project is in a repository, the folder gets a repository of its own.
 */
export async function trialPlace(project: string, made: readonly string[], signal?: AbortSignal): Promise<Worktree> {
  await removeAbandoned(project);
  const repository = await repositoryOf(project);
  const place = await begin(repository?.prefix ?? '', null, 'trial');
  try {
    await copyFolder({ project, root: place.root, made, signal }, '');
    await linkTools(project, place.root);
    await link(join(project, stateFolder), join(place.root, stateFolder), true);
    // A program of a trial cannot use a repository that git cannot copy.
    if (repository)
      await ownRepository(repository, place.code, signal).catch((error: unknown) => {
        if (signal?.aborted) throw error;
      });
    return place;
  } catch (error) {
    await place.remove();
    throw error;
  }
}

/** Removes the outputs of the previous trial, so that no trial starts from them. */
export async function clearOuts(root: string, made: readonly string[]): Promise<void> {
  for (const path of made) {
    const place = projectPath(root, path);
    // Files that a stage writes elsewhere belong to the project, not to the trial.
    if (!isGlob(path) && isInside(root, place)) await rm(place, { recursive: true, force: true });
  }
}

interface Copy {
  project: string;
  root: string;
  made: readonly string[];
  signal?: AbortSignal | undefined;
}

async function copyFolder(copy: Copy, folder: string): Promise<void> {
  await mkdir(join(copy.root, folder), { recursive: true });
  for (const entry of await readdir(join(copy.project, folder), { withFileTypes: true })) {
    if (copy.signal?.aborted) throw new CancelledError();
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (path === stateFolder || entry.name === '.git' || linked.includes(path)) continue;
    if (copy.made.some((out) => path === out || path.startsWith(`${out}/`))) continue;
    await copyEntry(copy, path, entry);
  }
}

async function copyEntry(copy: Copy, path: string, entry: Dirent): Promise<void> {
  const [from, to] = [join(copy.project, path), join(copy.root, path)];
  if (entry.isSymbolicLink()) {
    // Links to the link of the project, so that a relative target resolves as it does there.
    if (existsSync(from)) await link(from, to, (await stat(from)).isDirectory());
    return;
  }
  if (entry.isDirectory()) {
    const isWritten = copy.made.some((out) => pathsOverlap(out, path));
    if (!isWritten && (await readdir(from)).length > manyEntries) await link(from, to, true);
    else await copyFolder(copy, path);
    return;
  }
  if (!entry.isFile()) return;
  if ((await stat(from)).size > largeFile && (await link(from, to, false))) return;
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

/** False when the system does not let this user link to files. */
async function link(from: string, to: string, isFolder: boolean): Promise<boolean> {
  try {
    await symlink(from, to, isFolder ? 'junction' : 'file');
    return true;
  } catch (error) {
    if (isFolder || (error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    return false;
  }
}
