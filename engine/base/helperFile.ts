import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Returns the absolute path of a file of `helper/`: beside the bundles, or beside the sources. Null when it is gone. */
export function helperFile(name: string): string | null {
  const found = [`../helper/${name}`, `../../helper/${name}`]
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  return found ? fileURLToPath(found) : null;
}
