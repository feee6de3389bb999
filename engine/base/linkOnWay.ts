import { lstatSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * Returns the first link on the way from a folder to a path below it, the path included; null when there is none. The
 * folder itself may be behind links.
 */
export function linkOnWay(folder: string, path: string): string | null {
  let at = folder;
  for (const part of relative(folder, path).split(sep)) {
    at = join(at, part);
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) return at;
  }
  return null;
}
