import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../base/errors.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { quoteIdentifier, quotePath } from './quote.ts';
import { binaryTexts } from './reading/binaryTexts.ts';
import { instead } from './reading/foreignContent.ts';
import { jsonSql } from './reading/jsonSql.ts';
import { filledFiles } from './reading/partFiles.ts';
import { shapeSettings } from './reading/readAs.ts';
import { textSql } from './reading/textSql.ts';
import { sourceFormat, type SourceFormat } from './sourceFormat.ts';

export { describeReadError } from './databaseError.ts';
export { rejectTables } from './reading/textSql.ts';
export { sourceFormat, type SourceFormat } from './sourceFormat.ts';

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
  /** How text files are read: `read` of their dataset or schema. What is not given is found in each file. */
  read?: ReadSettings | undefined;
}

/**
 * Returns a FROM expression that reads all files as one table, with columns matched by name. Throws DataError for no
 * file, a missing or empty file, an unknown extension or mixed formats, and for a text that cannot be read as a table.
 * The rows are read later. An empty file among others has no rows.
 */
export function sourceSql(all: readonly string[], options: SourceOptions = {}): string {
  const files = filledFiles(all);
  const { allText = false, withFile = allText, rejects = false, read = {} } = options;
  if (files.length === 0)
    throw new DataError('there is no file to read; check the path of the dataset, or collect data first');
  const format = commonFormat(files);
  for (const file of files) checkFile(file);
  if (format === 'parquet') return parquetSql(files, withFile);
  if (format === 'json') return jsonSql(files, withFile);
  return textSql(files, { allText, withFile, rejects, read: shapeSettings(read) });
}

function parquetSql(files: readonly string[], withFile: boolean): string {
  refuseVersionedTables(files);
  const paths = `[${files.map(quotePath).join(', ')}]`;
  const read = `read_parquet(${paths}, union_by_name = true${withFile ? ", filename = '_file'" : ''})`;
  const texts = binaryTexts(files).map((name) => `decode(${quoteIdentifier(name)}) AS ${quoteIdentifier(name)}`);
  return texts.length === 0 ? read : `(SELECT * REPLACE (${texts.join(', ')}) FROM ${read})`;
}

function commonFormat(files: readonly string[]): SourceFormat {
  let common: { format: SourceFormat; file: string } | null = null;
  for (const file of files) {
    const format = sourceFormat(file);
    if (format === null)
      throw new DataError(`${file}: cannot be read as a table; ${instead(file)}`, { place: { file } });
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

/** Delta and Iceberg keep files of older versions beside the current ones, and only their log tells which are which. */
function refuseVersionedTables(files: readonly string[]): void {
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    const kind = kindOfTable(folder, 0);
    if (kind === null) continue;
    throw new DataError(
      `${folder}: this folder belongs to ${kind}, which also keeps the files of older versions; write its current rows as Parquet, such as with DuckDB or Spark, and read that`,
      { place: { file: folder } },
    );
  }
}

function kindOfTable(folder: string, depth: number): string | null {
  if (existsSync(join(folder, '_delta_log'))) return 'a Delta table';
  if (basename(folder) === 'data' && existsSync(join(dirname(folder), 'metadata', 'version-hint.text')))
    return 'an Iceberg table';
  return depth < 10 && basename(folder).includes('=') ? kindOfTable(dirname(folder), depth + 1) : null;
}
