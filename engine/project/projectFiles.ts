import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** How a project reads its files. The language server lays open documents over the disk. Paths are relative to the root, with `/`. */
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
        return readFileSync(join(root, path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
        throw error;
      }
    },
    exists: (path) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined,
    glob: (pattern) => globSync(pattern, { cwd: root }).map((path) => (sep === '/' ? path : path.split(sep).join('/'))).toSorted(),
  };
}

/** The path relative to the root with `/`, as the files of a project are named. */
export function relativePath(root: string, path: string): string {
  const result = relative(root, path);
  return sep === '/' ? result : result.split(sep).join('/');
}
