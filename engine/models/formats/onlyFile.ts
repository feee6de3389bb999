import { join } from 'node:path';
import type { ModelFiles } from '../flavours/flavour.ts';

/** Returns the one file with such a name, and its absolute path; null when there is none or more than one. */
export function onlyFile(files: ModelFiles, pattern: RegExp): { name: string; path: string } | null {
  const [name, ...others] = files.names.filter((candidate) => pattern.test(candidate));
  if (name === undefined || others.length > 0) return null;
  return { name, path: files.isFolder ? join(files.path, name) : files.path };
}
