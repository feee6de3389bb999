import { globSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';

/**
 * How a project reads its files. The language server lays open documents over the disk. Paths are relative to the root,
 * with `/`.
 */
export interface ProjectFiles {
  /** Content, or null when there is no such file. Unreadable files throw. */
  read(path: string): Uint8Array | string | null;
  exists(path: string): boolean;
  /** Files matching a glob, sorted. */
  glob(pattern: string): string[];
}

/** The files of a folder on disk. */
export function diskFiles(root: string): ProjectFiles {
  return {
    read(path) {
      try {
        return readRegularFile(join(root, path));
      } catch (error) {
        if (
          (error as NodeJS.ErrnoException).code === 'ENOENT' ||
          (error as NodeJS.ErrnoException).code === 'ENOTDIR' ||
          path.includes('\0')
        )
          return null;
        throw error;
      }
    },
    exists(path) {
      try {
        return statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
      } catch {
        // A name that no file can have (a null character, too long) or a folder that may not be entered.
        return false;
      }
    },
    glob: (pattern) =>
      (pattern.includes('\0') ? [] : globSync(pattern, { cwd: root }))
        .map((path) => (sep === '/' ? path : path.split(sep).join('/')))
        .toSorted(),
  };
}

/** The path relative to the root with `/`, as the files of a project are named. */
export function relativePath(root: string, path: string): string {
  const result = relative(root, path);
  return sep === '/' ? result : result.split(sep).join('/');
}
