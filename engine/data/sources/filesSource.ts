import { statSync } from 'node:fs';
import { DataError } from '../../base/errors.ts';
import { sourceFormat } from '../readSource.ts';
import { partFiles } from '../reading/partFiles.ts';
import { shapeSettings, type ShapeSettings } from '../reading/readAs.ts';
import type { Received, SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

/** Returns the files that paths and globs match, and how their text is read. */
export async function fromFiles(
  context: SourceContext,
  patterns: readonly string[],
  given: ShapeSettings = {},
): Promise<Received> {
  const found = [...new Set(patterns.flatMap((pattern) => partFiles(pattern, context.expand(pattern))))];
  if (found.length === 0)
    throw new DataError(
      `No file matches ${patterns.map((pattern) => `\`${pattern}\``).join(' or ')}. Add the data, or correct the path in loopwright.yaml.`,
    );
  const received = watched(found.map((file) => projectPath(context.root, file)));
  const read = shapeSettings(given);
  if (Object.keys(read).length === 0) return received;
  refuseOtherFormats(received.files);
  return { ...received, read };
}

/** Throws DataError when settings for text are given for files of another format. */
export function refuseOtherFormats(files: readonly string[]): void {
  const other = files.find((file) => sourceFormat(file) !== 'csv');
  if (other !== undefined)
    throw new DataError(
      `${other}: \`encoding\`, \`delimiter\`, \`quotes\`, \`header\`, \`skip\`, \`comment\` and \`columns\` are for CSV and TSV files; remove them`,
      { place: { file: other } },
    );
}

/** Returns files with their state before they were read. */
export function watched(files: string[]): Received {
  const before = files.map(lookOf);
  return { files, version: null, unchanged: () => files.every((file, i) => lookOf(file) === before[i]) };
}

function lookOf(file: string): string | null {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.size}:${stats.mtimeNs}:${stats.ino}` : null;
}
