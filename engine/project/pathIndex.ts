import { isGlob, normalisePath, pathsOverlap } from '../base/glob.ts';

interface Owned {
  path: string;
  owner: string;
}

/**
 * An index of the owners of paths, queried by overlapping paths. The time depends on the number of paths nearby, not on
 * their total.
 */
export class PathIndex {
  /** Owners by path; globs by the folder before their first wildcard. */
  readonly #at = new Map<string, Owned[]>();
  /** Owners by each parent folder; `` is the root. */
  readonly #inside = new Map<string, Owned[]>();

  add(path: string, owner: string): void {
    const entry = { path, owner };
    const base = baseOf(path);
    put(this.#at, base, entry);
    for (const folder of foldersOf(base)) put(this.#inside, folder, entry);
  }

  /** Returns the owners of paths that overlap with this path: equal, inside it, around it, or matched by a glob. */
  overlapping(path: string): Set<string> {
    const found = new Set<string>();
    const base = baseOf(path);
    const consider = (entries: readonly Owned[] | undefined) => {
      for (const entry of entries ?? [])
        if (!found.has(entry.owner) && pathsOverlap(path, entry.path)) found.add(entry.owner);
    };
    consider(this.#at.get(base));
    consider(this.#inside.get(base));
    for (const folder of foldersOf(base)) consider(this.#at.get(folder));
    return found;
  }
}

/** Returns the fixed part of a path: itself, or the folder before the first wildcard. */
function baseOf(path: string): string {
  const name = normalisePath(path);
  if (!isGlob(name)) return name;
  const fixed = name.slice(0, name.search(/[*?[{]/));
  return fixed.slice(0, Math.max(0, fixed.lastIndexOf('/')));
}

function put(map: Map<string, Owned[]>, key: string, entry: Owned): void {
  const entries = map.get(key);
  if (entries) entries.push(entry);
  else map.set(key, [entry]);
}

/** Returns `a/b`, `a` and the root for `a/b/c`; empty for the root itself. */
function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.push(path.slice(0, at));
  if (path !== '') folders.push('');
  return folders;
}
