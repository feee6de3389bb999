import { lstatSync, statSync } from 'node:fs';
import { isGlob } from '../../base/glob.ts';
import { projectPath } from '../../base/projectPath.ts';
import { walkGlob } from '../../base/walkGlob.ts';

/**
 * The log files that were written since a time in epoch milliseconds, as they are named: those with lines that a
 * collection at that time cannot have read. A rotated file keeps its time.
 */
export function writtenSince(root: string, patterns: readonly string[], since: number): string[] {
  return patterns
    .flatMap((pattern) =>
      isGlob(pattern) && !isThere(projectPath(root, pattern)) ? walkGlob(root, pattern) : [pattern],
    )
    .filter((path) => {
      const found = statSync(projectPath(root, path), { throwIfNoEntry: false });
      return found?.isFile() === true && found.mtimeMs > since;
    })
    .toSorted();
}

/** The name of a file can contain wildcards. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
