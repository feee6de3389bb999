import { isGlob, normalisePath, pathsOverlap } from './glob.ts';

/** Who writes which path, asked by paths that overlap: in time that does not grow with the number of paths, globs apart. */
export class PathIndex {
  readonly #owners = new Map<string, Set<string>>();
  /** Owners of something inside a folder. */
  readonly #inside = new Map<string, Set<string>>();
  readonly #globs: { path: string; owner: string }[] = [];

  add(path: string, owner: string): void {
    if (isGlob(path)) this.#globs.push({ path, owner });
    const name = normalisePath(path);
    put(this.#owners, name, owner);
    for (const folder of foldersOf(name)) put(this.#inside, folder, owner);
  }

  /** The owners of paths that may be what this path names: the same, inside it, around it, or matched by a glob. */
  overlapping(path: string): Set<string> {
    const name = normalisePath(path);
    const found = new Set<string>([...(this.#owners.get(name) ?? []), ...(this.#inside.get(name) ?? [])]);
    for (const folder of foldersOf(name)) for (const owner of this.#owners.get(folder) ?? []) found.add(owner);
    for (const glob of this.#globs) if (!found.has(glob.owner) && pathsOverlap(path, glob.path)) found.add(glob.owner);
    if (isGlob(path)) for (const [other, owners] of this.#owners) if (pathsOverlap(path, other)) for (const owner of owners) found.add(owner);
    return found;
  }
}

function put(map: Map<string, Set<string>>, key: string, owner: string): void {
  const owners = map.get(key);
  if (owners) owners.add(owner);
  else map.set(key, new Set([owner]));
}

/** `a/b` and `a` of `a/b/c`. */
function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.push(path.slice(0, at));
  return folders;
}
