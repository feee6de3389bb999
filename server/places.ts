import * as native from 'node:path';
import { projectPath, relativePath, type PathRules } from '../engine/base/projectPath.ts';

// Files on no disk have addresses for paths (`vscode-vfs:/github/…`), which are joined with `/` on every system.

/** True for folders that are on no disk. Drive letters of Windows have one letter. */
export function isVirtual(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\//i.test(path);
}

/** The place of a path of a project: on this machine, or an address below that of the project. */
export function placeIn(root: string, path: string, rules: PathRules = native): string {
  return isVirtual(root) ? native.posix.join(root, path) : projectPath(root, path, rules);
}

/** The path of a place inside a project, with `/`. */
export function pathFrom(root: string, place: string, rules: PathRules = native): string {
  return isVirtual(root) && isVirtual(place)
    ? native.posix.relative(`/${root}`, `/${place}`)
    : relativePath(root, place, rules);
}

/** The folder of a place; of the topmost, itself. */
export function folderOf(place: string, rules: Pick<typeof native, 'dirname'> = native): string {
  if (!isVirtual(place)) return rules.dirname(place);
  const folder = native.posix.dirname(place);
  return isVirtual(folder) ? folder : place;
}
