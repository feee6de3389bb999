import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { walkGlob } from '../base/walkGlob.ts';

/**
 * Returns the files (never folders) under `root` that match a pattern with `*`, `**`, `?` and `[..]`, as absolute
 * paths. They are sorted by code unit, so that every machine reads them in the same order. A pattern without a wildcard
 * returns the file if it exists.
 */
export async function expandGlob(root: string, pattern: string): Promise<string[]> {
  const exact = isAbsolute(pattern) ? pattern : join(root, pattern);
  if (await isFile(exact)) return [resolve(exact)];
  if (!/[*?[{]/.test(pattern)) return [];
  const found: string[] = [];
  for (const path of walkGlob(root, pattern, { complete: true })) {
    const file = resolve(root, path);
    if (await isFile(file)) found.push(file);
  }
  return found.toSorted();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
