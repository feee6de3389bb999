import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { isGlob } from '../engine/base/glob.ts';
import { projectPath } from '../engine/base/projectPath.ts';
import { walkGlob } from '../engine/base/walkGlob.ts';

/** A folder with more of the paths is listed once, instead of a question to the system for each. */
const fewPaths = 20;

/** The presence of each path as a text; for a glob the names of its files. */
export function presences(root: string, paths: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  const byFolder = new Map<string, string[]>();
  for (const path of paths) {
    if (isGlob(path)) found.set(path, walkGlob(root, path).toSorted().join('\n'));
    else {
      const folder = posix.dirname(path);
      const own = byFolder.get(folder);
      if (own) own.push(path);
      else byFolder.set(folder, [path]);
    }
  }
  for (const [folder, own] of byFolder) {
    const names = own.length > fewPaths ? namesIn(projectPath(root, folder)) : null;
    for (const path of own) {
      const isThere = names?.has(posix.basename(path)) ?? existsSync(projectPath(root, path));
      found.set(path, String(isThere));
    }
  }
  return found;
}

function namesIn(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    return new Set();
  }
}
