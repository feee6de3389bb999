import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { mostOutside, walkGlob } from '../base/walkGlob.ts';
import { filesOfFolder } from './reading/partFiles.ts';
import { isInside, projectPath } from '../base/projectPath.ts';

/**
 * Returns the files under `root` that match a pattern with `*`, `**`, `?` and `[..]`, as absolute paths. They are sorted
 * by code unit, so that every machine reads them in the same order. The name of an existing file is that file, also with
 * `[` in it. A folder gives the data files below it, as Spark and Hive write them.
 */
export async function expandGlob(root: string, pattern: string): Promise<string[]> {
  const exact = projectPath(root, pattern);
  const kind = await kindOf(exact);
  if (kind === 'file') return [resolve(exact)];
  if (kind === 'folder') return filesOfFolder(resolve(exact), isInside(root, exact) ? undefined : mostOutside);
  if (!/[*?[{]/.test(pattern)) return [];
  return walkGlob(root, pattern, { complete: true, onlyFiles: true })
    .map((path) => projectPath(root, path))
    .toSorted();
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : null;
  } catch {
    return null;
  }
}
