import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDiskFull, DataError, WorkError, messageOf } from '../base/errors.ts';
import { hashFile } from './hashFile.ts';
import { globTops } from '../base/globTops.ts';
import { isInside, projectPath } from '../base/projectPath.ts';
import { replaceFile } from '../base/replaceFile.ts';

/** A file of a data version; see `SnapshotFile` of the store. */
interface VersionFile {
  path: string;
  hash: string;
  bytes: number;
}

/**
 * Returns the path of stored data: one file per distinct content, named by its hash, with the extension of its format.
 */
export function keptPath(folder: string, file: Pick<VersionFile, 'path' | 'hash'>): string {
  return join(
    folder,
    'snapshots',
    // A store that came with a folder may name any path.
    `${file.hash.replaceAll(/[^\w-]/g, '_')}${/(?:\.[a-z0-9]+)(?:\.gz)?$/i.exec(file.path)?.[0].toLowerCase() ?? ''}`,
  );
}

/**
 * Stores copies of files, each content once. File systems that support it share the blocks of a copy. Throws DataError
 * when a file no longer matches its hash.
 */
export async function keepFiles(folder: string, root: string, files: readonly VersionFile[]): Promise<void> {
  await mkdir(join(folder, 'snapshots'), { recursive: true });
  for (const file of files) {
    const path = keptPath(folder, file);
    if ((await sizeOf(path)) === file.bytes) continue;
    await copyWhole(projectPath(root, file.path), path, file);
  }
}

/** True when all files of a version are stored. */
export function areKept(folder: string, files: readonly VersionFile[]): boolean {
  return files.length > 0 && files.every((file) => existsSync(keptPath(folder, file)));
}

/** Removes stored files that no version needs, and incomplete files of a killed process. */
export async function sweepKept(folder: string, wanted: ReadonlySet<string>): Promise<void> {
  const kept = join(folder, 'snapshots');
  if (!existsSync(kept)) return;
  for (const name of await readdir(kept))
    if (!wanted.has(name.slice(0, 64)) || name.endsWith('.tmp')) await rm(join(kept, name), { force: true });
}

/**
 * Restores stored files. All are copied beside their targets and verified first, then renamed. `dataset`: the path of the
 * dataset; outside the project nothing else is written, whatever paths the store names. Throws WorkError.
 */
export async function placeFiles(
  folder: string,
  { root, dataset }: { root: string; dataset: string },
  files: readonly VersionFile[],
): Promise<void> {
  const places = [root, ...globTops(root, dataset).map(({ path }) => path)];
  const placed: { temporary: string; path: string }[] = [];
  for (const { path } of files)
    if (!places.some((place) => isInside(place, projectPath(root, path))))
      throw new WorkError(
        `The version has a file ${path}, which is outside the project and the path \`${dataset}\` of the dataset. It is not written.`,
      );
  try {
    for (const file of files) {
      const path = projectPath(root, file.path);
      const temporary = join(dirname(path), `.${file.hash.slice(0, 12)}.${process.pid}.tmp`);
      await mkdir(dirname(path), { recursive: true });
      placed.push({ temporary, path });
      await copyWhole(keptPath(folder, file), temporary, file);
    }
    for (const { temporary, path } of placed) await replaceFile(temporary, path);
  } finally {
    for (const { temporary } of placed) await rm(temporary, { force: true });
  }
}

async function copyWhole(from: string, to: string, file: VersionFile): Promise<void> {
  const temporary = `${to}.${process.pid}.tmp`;
  try {
    await rm(temporary, { force: true });
    // A link that came with the folder would lead the copy to another file.
    await copyFile(from, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const found = await hashFile(temporary);
    if (found.hash !== file.hash)
      throw new DataError(
        `${file.path}: the file changed after it was read (SHA-256 ${found.hash.slice(0, 12)}…, then ${file.hash.slice(0, 12)}…); run again when no program writes to it`,
        { place: { file: file.path } },
      );
    await replaceFile(temporary, to);
  } catch (error) {
    if (error instanceof WorkError) throw error;
    const full = isDiskFull(error);
    throw new WorkError(
      full
        ? `The disk is full: ${file.path} could not be copied. Free some space, or keep fewer versions (\`snapshots: { keep: 2 }\` on the dataset).`
        : `${file.path} could not be copied: ${messageOf(error)}`,
      { cause: error, place: { file: file.path } },
    );
  } finally {
    await rm(temporary, { force: true });
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch {
    return null;
  }
}
