import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { projectPath } from '../base/projectPath.ts';
import { isGlob } from '../base/glob.ts';

/** One Parquet file per dataset: a glob such as `data/x/*.parquet` receives `data/x/collected.parquet`. */
export function outputPath(path: string): string {
  return isGlob(path)
    ? path
        .replace(/\*\*\/?/g, '')
        .replaceAll('*', 'collected')
        .replace(/[?[\]{}]/g, '')
    : path;
}

/** Removes the leftovers of a killed write; finished files of other names belong to the user. */
export function removeLeftovers(root: string, path: string, target: string): void {
  const folder = dirname(projectPath(root, isGlob(path) ? target : path));
  for (const name of readdirSync(folder))
    if (name.startsWith(`.${basename(target)}.`) && name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
}
