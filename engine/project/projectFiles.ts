import { statSync } from 'node:fs';
import { walkGlob } from '../base/walkGlob.ts';
import { readRegularFile } from '../base/readRegularFile.ts';
import { projectPath, withSlashes } from '../base/projectPath.ts';

/** File access of a project. The language server overlays open documents. Paths are relative to the root, with `/`. */
export interface ProjectFiles {
  /** Returns the content, or null when the file does not exist. Throws for an unreadable file. */
  read(path: string): Uint8Array | string | null;
  exists(path: string): boolean;
  /** Returns the files that match a glob, sorted. */
  glob(pattern: string): string[];
}

/** Returns the files of a folder on disk. */
export function diskFiles(root: string): ProjectFiles {
  return {
    read(path) {
      try {
        return readRegularFile(projectPath(root, path));
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
        return statSync(projectPath(root, path), { throwIfNoEntry: false }) !== undefined;
      } catch {
        // A name that no file can have (a null character, too long), or a folder without permission.
        return false;
      }
    },
    glob: (pattern) =>
      statSync(projectPath(root, pattern), { throwIfNoEntry: false })?.isFile()
        ? [withSlashes(pattern)]
        : walkGlob(root, pattern).toSorted(),
  };
}
