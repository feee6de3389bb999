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

/** Returns the format for the name of a file, or null when it is not supported. Text formats can end in `.gz`. */
export function sourceFormat(file: string): SourceFormat | null {
  const name = file.toLowerCase();
  const format = formats[/\.([a-z]+)(?:\.gz)?$/.exec(name)?.[1] ?? ''] ?? null;
  return format === 'parquet' && name.endsWith('.gz') ? null : format;
}

export interface SourceOptions {
  /**
   * Reads CSV fields as text, so that a schema can check each of them. Other formats keep their types. Default false.
   */
  allText?: boolean;
  /** Adds the column `_file` with the path of a row's file. Default: the same as allText. */
  withFile?: boolean;
  /**
   * With allText: sets malformed CSV lines (too many or too few fields, a stray quote) aside for validateTable instead
   * of failing.
   */
  rejects?: boolean;
}

/** Tables in which DuckDB records the lines that were set aside. */
export const rejectTables = { errors: 'loopwright_reject_errors', scans: 'loopwright_reject_scans' } as const;

/**
 * Returns a FROM expression that reads all files as one table, with columns matched by name. Throws DataError for no
 * file, a missing or empty file, an unknown extension or mixed formats. The contents are read later.
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
    // Malformed lines are set aside only when short lines are not padded.
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
 * Rejects a file with the column `_file`, which contains the file of a row. Files from a quarantine have this column.
 */
function refuseOwnName(file: string, { header }: CsvStart): void {
  if (!header.some((name) => name.toLowerCase() === '_file')) return;
  throw new DataError(
    `${file}: the column _file is reserved by Loopwright for the file of a row; rename it, or remove _file, _row and _reasons from rows of a quarantine`,
    { place: { file, line: 1 } },
  );
}

function list(files: readonly string[]): string {
  return `[${files.map(quoteLiteral).join(', ')}]`;
}

/** Groups neighbouring files with the same header, to read them together. The order of the files is preserved. */
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
      throw new DataError(
        `${common.file} and ${file} have different formats; all files of a dataset must have the same format`,
        {
          place: { file },
        },
      );
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
    throw new DataError(`${file}: this is a folder; specify the files in it, such as ${file}/*.csv`, {
      place: { file },
    });
  if (stats.size === 0) throw new DataError(`${file}: the file is empty; recreate or remove it`, { place: { file } });
}
