import { mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytes } from '../../../words/sizes.ts';
import { DataError } from '../../base/errors.ts';
import { describeReading, readingsOf } from '../reading/describeReading.ts';
import { partFiles } from '../reading/partFiles.ts';
import { shapeSettings, type ShapeSettings } from '../reading/readAs.ts';
import { fileStart } from './fileStart.ts';
import { freshness, type Peek, type PeekOptions } from './peek.ts';
import { peekTable } from './peekTable.ts';
import type { SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

/** Files whose start is read. */
const mostFiles = 8;

/** Reads the start of the first files that paths and globs match. */
export async function peekFiles(
  context: SourceContext,
  patterns: readonly string[],
  options: PeekOptions,
  given: ShapeSettings = {},
): Promise<Peek> {
  const found = [...new Set(patterns.flatMap((pattern) => partFiles(pattern, context.expand(pattern))))];
  if (found.length === 0)
    throw new DataError(
      `No file matches ${patterns.map((pattern) => `\`${pattern}\``).join(' or ')}. Add the data, or correct the path in loopwright.yaml.`,
    );
  const paths = found.map((file) => projectPath(context.root, file));
  const stats = paths.map((path) => statSync(path));
  const size = stats.reduce((sum, { size }) => sum + size, 0);
  const shown = found.length === 1 ? (found[0] ?? '') : `${found.length.toLocaleString('en-US')} files`;
  const peek = await peekPaths(context, paths, options, given);
  return {
    ...freshness(Math.max(...stats.map(({ mtimeMs }) => mtimeMs)), 'file'),
    ...peek,
    about: `${shown}, ${bytes(size)}`,
  };
}

/** Reads the start of the first of these files, absolute; `about` is the name of the first. */
export async function peekPaths(
  context: SourceContext,
  paths: readonly string[],
  options: PeekOptions,
  given: ShapeSettings = {},
): Promise<Peek> {
  const starts: string[] = [];
  // Messages name the file, not the copy of its start.
  const named = (error: unknown) => {
    if (!(error instanceof DataError)) return error;
    const name = (text: string) => starts.reduce((rest, start, i) => rest.replaceAll(start, paths[i] ?? ''), text);
    const file = error.place?.file;
    return new DataError(name(error.message), {
      cause: error,
      ...(error.place ? { place: { ...error.place, ...(file === undefined ? {} : { file: name(file) }) } } : {}),
    });
  };
  let whole = paths.length <= mostFiles;
  for (const [i, path] of paths.slice(0, mostFiles).entries()) {
    const folder = join(context.folder, String(i));
    mkdirSync(folder, { recursive: true });
    const start = await fileStart(path, folder);
    whole &&= start.whole;
    starts.push(start.path);
  }
  const read = { ...options.read, ...shapeSettings(given) };
  const peek = await peekTable(context, starts, { ...options, read }, whole ? paths : null).catch((error: unknown) => {
    throw named(error);
  });
  const more = paths.length - starts.length;
  const notes = [
    ...describeReading(readingsOf(starts, read), { ragged: false }),
    ...(peek.notes ?? []),
    ...(more > 0 ? [`The rows and columns are those of the first ${mostFiles} of ${paths.length} files.`] : []),
  ];
  return { ...peek, about: basename(paths[0] ?? ''), ...(notes.length > 0 ? { notes } : {}) };
}
