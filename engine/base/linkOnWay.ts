import { lstatSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { WorkError } from './errors.ts';

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

/** Throws WorkError when a link would lead what is written to a path out of its folder. */
export function refuseLinkOnWay(folder: string, path: string): void {
  const link = linkOnWay(folder, path);
  if (link !== null)
    throw new WorkError(`${link} is a link, and nothing is written through it. Remove it and run again.`, {
      place: { file: link },
    });
}
