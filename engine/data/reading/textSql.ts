import { DataError } from '../../base/errors.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from '../quote.ts';
import { checkLineLengths } from './lineLengths.ts';
import { noteOpened } from './openedTexts.ts';
import { partitionsOf, type Partition } from './partFiles.ts';
import type { ShapeSettings } from './readAs.ts';
import { readText, type TextReading } from './readText.ts';
import { rewrittenFile } from './rewrittenFiles.ts';
import { keepsLineEnds, rewrittenDelimiter, whyRewritten } from './rewriteText.ts';

/** Tables in which DuckDB records the lines that were set aside. */
export const rejectTables = { errors: 'loopwright_reject_errors', scans: 'loopwright_reject_scans' } as const;

export interface TextOptions {
  /** Reads all fields as text. */
  allText: boolean;
  /** Adds the column `_file` with the path of a row's file. */
  withFile: boolean;
  /** Sets malformed lines aside; otherwise short lines are padded and long ones fail. */
  rejects: boolean;
  read: ShapeSettings;
}

/** Texts of the same shape, which are read together. */
interface Group {
  reading: TextReading;
  files: string[];
  /** The paths that DuckDB reads; those of rewritten files differ. */
  paths: string[];
  multiline: boolean;
  /** Columns of the folders of rewritten files; DuckDB knows those of the others. */
  partitions: Partition[];
}

/**
 * Returns a FROM expression that reads text files as one table, with columns matched by name. Each file is read as its
 * settings and its content tell; a file that DuckDB cannot read is rewritten once. Throws DataError when a file cannot be
 * read as a table.
 */
export function textSql(files: readonly string[], options: TextOptions): string {
  if (options.allText) for (const file of files) checkLineLengths(file);
  const reads = groupsOf(files, options).map((group) => readSql(group, options));
  return reads.length === 1
    ? reads.join('')
    : `(${reads.map((read) => `SELECT * FROM ${read}`).join(' UNION ALL BY NAME ')})`;
}

/** Groups neighbouring files of the same shape. The order of the files is preserved. */
function groupsOf(files: readonly string[], { read, withFile }: TextOptions): Group[] {
  const groups: (Group & { key: string })[] = [];
  for (const file of files) {
    const reading = readText(file, read);
    if (withFile) refuseOwnName(file, reading);
    const { readAs, names, leftOut, plainHeader } = reading;
    const isRewritten = whyRewritten(reading) !== null;
    const path = isRewritten ? rewrittenFile(reading) : file;
    noteOpened(path, { file, before: readAs.skip + (readAs.header ? readAs.headerLines : 0) });
    const { delimiter, quotes, header, headerLines, skip } = readAs;
    const partitions = isRewritten ? partitionsOf(file) : [];
    const shape = [
      delimiter,
      isRewritten || quotes,
      header,
      headerLines,
      skip,
      names,
      leftOut,
      plainHeader,
      isRewritten,
    ];
    const key = JSON.stringify([...shape, reading.lineEnd, partitions]);
    const last = groups.at(-1);
    if (last?.key === key) {
      last.files.push(file);
      last.paths.push(path);
      last.multiline ||= reading.multiline;
    } else groups.push({ key, reading, partitions, files: [file], paths: [path], multiline: reading.multiline });
  }
  return groups;
}

/** The line ends as DuckDB names them; rewritten files have only one kind. */
const lineEndNames = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\r\n': String.raw`\r\n`, mixed: String.raw`\n` };

function readSql(
  { reading, files, paths, multiline, partitions }: Group,
  { allText, withFile, rejects }: TextOptions,
): string {
  const { readAs, names, leftOut, plainHeader } = reading;
  const isRewritten = paths[0] !== files[0];
  const columns = allText
    ? `auto_detect = false, hive_types_autocast = false, columns = {${names.map((name) => `${quoteIdentifier(name)}: 'VARCHAR'`).join(', ')}}`
    : `sample_size = -1, names = [${names.map(quoteLiteral).join(', ')}]`;
  // Malformed lines are set aside only when short lines are not padded.
  const ragged =
    allText && rejects
      ? `store_rejects = true, rejects_table = '${rejectTables.errors}', rejects_scan = '${rejectTables.scans}'`
      : `null_padding = true, parallel = ${!multiline}`;
  const quote = readAs.quotes === 'none' ? "''" : `'"'`;
  // A header with fewer fields than the rows is passed over as a line.
  const isHeader = readAs.header && plainHeader && readAs.headerLines === 1;
  const dialect = [
    `header = ${isHeader}`,
    `skip = ${readAs.skip + (readAs.header && !isHeader ? readAs.headerLines : 0)}`,
    `delim = ${quoteLiteral(rewrittenDelimiter(readAs.delimiter))}`,
    `quote = ${quote}, escape = ${quote}, comment = ''`,
    // A line break in the first quotes misleads DuckDB's own detection, and it reads no row.
    `new_line = '${lineEndNames[isRewritten && !keepsLineEnds(reading) ? '\n' : reading.lineEnd]}'`,
  ].join(', ');
  const file = withFile ? ", filename = '_file'" : '';
  const read = `read_csv([${paths.map(quotePath).join(', ')}], ${dialect}, ${ragged}, ${columns}${file})`;
  const excluded = leftOut.map((i) => quoteIdentifier(names[i] ?? '')).join(', ');
  const without = leftOut.length > 0 ? ` EXCLUDE (${excluded})` : '';
  const named = isRewritten && withFile ? ` REPLACE (map(${list(paths)}, ${list(files)})[_file] AS _file)` : '';
  const values = partitions
    .map(({ name, value }) => `, ${value === null ? 'NULL::VARCHAR' : quoteLiteral(value)} AS ${quoteIdentifier(name)}`)
    .join('');
  return without + named + values === '' ? read : `(SELECT *${without}${named}${values} FROM ${read})`;
}

/**
 * Rejects a file with the column `_file`, which contains the file of a row. Files from a quarantine have this column.
 */
function refuseOwnName(file: string, { names, readAs }: TextReading): void {
  if (!names.some((name) => name.toLowerCase() === '_file')) return;
  throw new DataError(
    `${file}: the column _file is reserved by Loopwright for the file of a row; rename it, or remove _file, _row and _reasons from rows of a quarantine`,
    { place: { file, line: readAs.skip + 1 } },
  );
}

function list(texts: readonly string[]): string {
  return `[${texts.map(quoteLiteral).join(', ')}]`;
}
