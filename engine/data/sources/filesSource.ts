import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../../base/errors.ts';
import { sourceFormat } from '../readSource.ts';
import { isOtherDialect, rewriteCsv, type CsvDialect } from './csvDialect.ts';
import type { Received, SourceContext } from './source.ts';

/**
 * Returns the files that paths and globs match. Text in another dialect is rewritten beside the store while the stage
 * runs.
 */
export async function fromFiles(
  context: SourceContext,
  patterns: readonly string[],
  dialect: CsvDialect = {},
): Promise<Received> {
  const found = [...new Set(patterns.flatMap((pattern) => context.expand(pattern)))];
  if (found.length === 0)
    throw new DataError(
      `No file matches ${patterns.map((pattern) => `\`${pattern}\``).join(' or ')}. Add the data, or correct the path in loopwright.yaml.`,
    );
  const received = watched(found.map((file) => join(context.root, file)));
  return isOtherDialect(dialect) ? rewritten(context, received, dialect) : received;
}

async function rewritten(context: SourceContext, received: Received, dialect: CsvDialect): Promise<Received> {
  const other = received.files.find((file) => sourceFormat(file) !== 'csv');
  if (other !== undefined)
    throw new DataError(
      `${other}: \`encoding\`, \`delimiter\`, \`header\`, \`skip\` and \`columns\` are for CSV and TSV files; remove them`,
      { place: { file: other } },
    );
  const folder = join(context.folder, `text-${randomBytes(4).toString('hex')}`);
  const discard = () => rm(folder, { recursive: true, force: true });
  const files: string[] = [];
  try {
    for (const [i, file] of received.files.entries()) {
      context.progress(`decoding ${basename(file)}`, i / received.files.length);
      const target = join(
        folder,
        String(i),
        `${basename(file)
          .replace(/\.gz$/i, '')
          .replace(/\.\w+$/, '')}.csv`,
      );
      await rewriteCsv(
        file,
        target,
        { ...dialect, delimiter: dialect.delimiter ?? (/\.tsv(\.gz)?$/i.test(file) ? '\t' : undefined) },
        { signal: context.signal },
      );
      files.push(target);
    }
  } catch (error) {
    await discard();
    throw error;
  }
  return { ...received, files, discard };
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
