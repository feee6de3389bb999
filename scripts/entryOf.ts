import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The file of a program: the bundle in dist/ when nothing it is made of changed since, which starts in half the time,
 * else its source.
 */
export function entryOf(bundle: string, source: string): string {
  const built = statSync(join(root, bundle), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const changed = ['cli', 'engine', 'helper', 'protocol', 'server', 'words']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .some((entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs >= built);
  return join(root, changed ? source : bundle);
}
