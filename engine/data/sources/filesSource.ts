import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../errors.ts';
import type { Received, SourceContext } from './source.ts';

/** The files that paths and globs name. */
export function fromFiles(context: SourceContext, patterns: readonly string[]): Received {
  const found = [...new Set(patterns.flatMap((pattern) => context.expand(pattern)))];
  if (found.length === 0) throw new DataError(`No file matches ${patterns.map((pattern) => `\`${pattern}\``).join(' or ')}. Put the data there, or mend the path in loopwright.yaml.`);
  return watched(found.map((file) => join(context.root, file)));
}

/** Files together with what they looked like before they were read. */
export function watched(files: string[]): Received {
  const before = files.map(lookOf);
  return { files, version: null, unchanged: () => files.every((file, i) => lookOf(file) === before[i]) };
}

function lookOf(file: string): string | null {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.size}:${stats.mtimeNs}:${stats.ino}` : null;
}
