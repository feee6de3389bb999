import { statSync } from 'node:fs';
import { DataError } from '../base/errors.ts';
import { checkLineLengths, readCsvStart, type CsvStart } from './csvStart.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

export { describeReadError } from './databaseError.ts';

export type SourceFormat = 'csv' | 'json' | 'parquet';

const formats: Record<string, SourceFormat> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
  pq: 'parquet',
};
const readable = '.csv, .tsv, .json, .jsonl, .ndjson or .parquet; text also with .gz';

/**
 * The format that a file's name promises; null when it is none we read. `.gz` at the end of text formats is looked
 * through.
 */
export function sourceFormat(file: string): SourceFormat | null {
  const name = file.toLowerCase();
  const format = formats[/\.([a-z]+)(?:\.gz)?$/.exec(name)?.[1] ?? ''] ?? null;
  return format === 'parquet' && name.endsWith('.gz') ? null : format;
}

export interface SourceOptions {
  /** CSV fields stay text, so that a schema can judge each of them; other formats keep their types. Default false. */
  allText?: boolean;
  /** Adds the column `_file`, the path of the file that a row came from. Default: as allText. */
  withFile?: boolean;
  /**
   * With allText, lines of CSV that are no row (too many or too few fields, a stray quote) are set aside for
   * validateTable instead of failing the read.
   */
  rejects?: boolean;
}

/** Where DuckDB notes the lines that were set aside. */
export const rejectTables = { errors: 'loopwright_reject_errors', scans: 'loopwright_reject_scans' } as const;

/**
 * An expression that can stand after FROM and reads all the files as one table, columns matched by name.
 * Throws DataError for no file, a missing or empty file, an unknown extension or a mix of formats; what is inside is
 * read later.
 */
export function sourceSql(files: readonly string[], options: SourceOptions = {}): string {
  const { allText = false, withFile = allText, rejects = false } = options;
  if (files.length === 0)
    throw new DataError('there is no file to read; check the path of the dataset, or collect data first');
  const format = commonFormat(files);
  for (const file of files) checkFile(file);
  const shared = `union_by_name = true${withFile ? ", filename = '_file'" : ''}`;
  if (format === 'parquet') return `read_parquet(${list(files)}, ${shared})`;
  if (format === 'json')
    return `read_json(${list(files)}, ${shared}, format = 'auto', maximum_object_size = 67108864, sample_size = -1)`;
  if (allText && rejects) for (const file of files) checkLineLengths(file);
  const groups = sameHeaders(files);
  if (withFile) for (const { files: group, start } of groups) refuseOwnName(group[0] ?? '', start);
  const reads = groups.map(({ files: group, start }) => {
    const columns = allText
      ? `auto_detect = false, columns = {${start.header.map((name) => `${quoteIdentifier(name)}: 'VARCHAR'`).join(', ')}}`
      : 'sample_size = -1';
    // Lines that are no row are kept apart only when short ones are not padded.
    const ragged =
      allText && rejects
        ? `store_rejects = true, rejects_table = '${rejectTables.errors}', rejects_scan = '${rejectTables.scans}'`
        : `null_padding = true, parallel = ${!start.multiline}`;
    const dialect = `header = true, delim = ${quoteLiteral(start.delimiter)}, quote = '"', escape = '"', ${ragged}`;
    return `read_csv(${list(group)}, ${dialect}, ${columns}${withFile ? ", filename = '_file'" : ''})`;
  });
  return reads.length === 1
    ? reads.join('')
    : `(${reads.map((read) => `SELECT * FROM ${read}`).join(' UNION ALL BY NAME ')})`;
}

/**
 * The column that says which file a row came from cannot stand in the file itself, but does in what was quarantined.
 */
function refuseOwnName(file: string, { header }: CsvStart): void {
  if (!header.some((name) => name.toLowerCase() === '_file')) return;
  throw new DataError(
    `${file}: the column _file has a name that Loopwright gives to the file of a row; rename it, and when these are rows from a quarantine, take _file, _row and _reasons away`,
    { place: { file, line: 1 } },
  );
}

function list(files: readonly string[]): string {
  return `[${files.map(quoteLiteral).join(', ')}]`;
}

/** Neighbours with the same header are read together; the order of the files is kept. */
function sameHeaders(files: readonly string[]): { files: string[]; start: CsvStart }[] {
  const groups: { files: string[]; start: CsvStart }[] = [];
  for (const file of files) {
    const start = readCsvStart(file);
    const last = groups.at(-1);
    if (last && last.start.delimiter === start.delimiter && last.start.header.join('\n') === start.header.join('\n')) {
      last.files.push(file);
      last.start.multiline ||= start.multiline;
    } else groups.push({ files: [file], start });
  }
  return groups;
}

function commonFormat(files: readonly string[]): SourceFormat {
  let common: { format: SourceFormat; file: string } | null = null;
  for (const file of files) {
    const format = sourceFormat(file);
    if (format === null)
      throw new DataError(`${file}: cannot be read as a table; use ${readable}`, { place: { file } });
    if (common && common.format !== format) {
      throw new DataError(`${common.file} and ${file} are of different formats; a dataset's files must all be of one`, {
        place: { file },
      });
    }
    common ??= { format, file };
  }
  return common?.format ?? 'csv';
}

function checkFile(file: string): void {
  let stats;
  try {
    stats = statSync(file);
  } catch (error) {
    throw new DataError(`${file}: the file does not exist or cannot be read; check the path of the dataset`, {
      cause: error,
      place: { file },
    });
  }
  if (stats.isDirectory())
    throw new DataError(`${file}: this is a folder; name the files in it, such as ${file}/*.csv`, { place: { file } });
  if (stats.size === 0)
    throw new DataError(`${file}: the file is empty; write it again or remove it`, { place: { file } });
}
