import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError } from './errors.ts';
import { realPath, statAt } from './realPath.ts';

/** A folder whose files count has no more names below it. */
const mostNames = 2_000_000;
/** Links may lead to the same folder this often; chains of doubled links would give it a million names. */
const mostVisits = 32;

/**
 * Returns the regular files in a folder and the folders below it, in no order, as `folder` with what follows. Follows
 * links, except in circles. Names for which `isSkipped` is true are left out, with what is below them. Throws WorkError
 * where there are more than 2,000,000 names, or where links lead to one folder again and again; Error when a folder
 * cannot be read.
 */
export function filesBelow(
  folder: string,
  {
    isSkipped = () => false,
    most = mostNames,
  }: { isSkipped?: (name: string) => boolean; most?: number | undefined } = {},
): string[] {
  const visits = new Map<string, number>();
  const found: string[] = [];
  let left = most;
  const go = (at: string, above: readonly string[]): void => {
    const real = realPath(at);
    if (above.includes(real)) return;
    const visit = (visits.get(real) ?? 0) + 1;
    if (visit > mostVisits)
      throw new WorkError(`Links below \`${folder}\` lead to \`${real}\` more than ${mostVisits} times. Remove them.`);
    visits.set(real, visit);
    const entries = readdirSync(at, { withFileTypes: true });
    left -= entries.length;
    if (left < 0)
      throw new WorkError(
        `The folder \`${folder}\` has more than ${most.toLocaleString('en-US')} files and folders below it. Name a folder with fewer.`,
      );
    const seen = [...above, real];
    for (const entry of entries) {
      if (isSkipped(entry.name)) continue;
      const path = join(at, entry.name);
      const target = entry.isSymbolicLink() ? statAt(path) : entry;
      if (target?.isDirectory()) go(path, seen);
      else if (target?.isFile()) found.push(path);
    }
  };
  go(folder, []);
  return found;
}
