import { realpathSync, statSync } from 'node:fs';
import { walkGlob } from '../base/walkGlob.ts';
import { NotAFileError, readRegularFile } from '../base/readRegularFile.ts';
import { isInside, projectPath, withSlashes } from '../base/projectPath.ts';
import { realPath } from '../base/realPath.ts';

/** File access of a project. The language server overlays open documents. Paths are relative to the root, with `/`. */
export interface ProjectFiles {
  /** Returns the content, or null when the file does not exist. Throws for an unreadable file. */
  read(path: string): Uint8Array | string | null;
  exists(path: string): boolean;
  /** Returns the files that match a glob, sorted. */
  glob(pattern: string): string[];
  /** True when a file matches a glob. Without it the matches are counted. */
  hasMatch?(pattern: string): boolean;
  /** True for a path that is outside the root once its links are followed. Without it, names alone decide. */
  isElsewhere?(path: string): boolean;
}

/**
 * Returns the files of a folder on disk. With `within`, a real path, nothing outside that folder is read or listed,
 * whatever paths and links say.
 */
export function diskFiles(root: string, within?: string): ProjectFiles {
  return {
    read(path) {
      try {
        const place = projectPath(root, path);
        if (within !== undefined && !isInside(within, realpathSync(place)))
          throw new NotAFileError(path, 'is outside the folder, which is not trusted, so it is not read');
        return readRegularFile(place);
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
        : walkGlob(root, pattern, { within }).toSorted(),
    hasMatch: (pattern) =>
      statSync(projectPath(root, pattern), { throwIfNoEntry: false })?.isFile() === true ||
      walkGlob(root, pattern, { within, first: true }).length > 0,
    isElsewhere: (path) => !isInside(realPath(root), realPath(projectPath(root, path))),
  };
}

/** True when a file matches a glob, without a list of a hundred thousand of them. */
export function hasMatch(files: ProjectFiles, pattern: string): boolean {
  return files.hasMatch?.(pattern) ?? files.glob(pattern).length > 0;
}
