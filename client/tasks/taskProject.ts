import { relative, resolve } from 'node:path';
import { nearestRoot } from '../projects/nearestRoot.ts';

/**
 * Where a project is, as a task says it: relative to the folder of the window, with `/`; empty for the folder itself.
 */
export function taskProjectOf(folder: string, root: string): string {
  return relative(folder, root).replaceAll('\\', '/');
}

/**
 * The root of the project that a task is about, among those of the window. A task that names none is about the project
 * at its folder, the one around it, or the shown one when that is below; without a folder about the shown one.
 */
export function taskRoot(
  roots: readonly string[],
  { folder, project, shown }: { folder: string | undefined; project: string | undefined; shown: string | undefined },
): string | undefined {
  if (project !== undefined) {
    const named = folder === undefined ? project : resolve(folder, project);
    // Either letter of a drive and either slash name the same folder of Windows.
    return roots.find((root) => nearestRoot([root], named) !== undefined && nearestRoot([named], root) !== undefined);
  }
  if (folder === undefined) return shown;
  const around = nearestRoot(roots, folder);
  if (around !== undefined) return around;
  const below = roots.filter((root) => nearestRoot([folder], root) !== undefined);
  return below.length > 1 ? below.find((root) => root === shown) : below[0];
}
