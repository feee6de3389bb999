import { basename } from 'node:path';
import type { ReadSettings } from '../../project/schema/readSettings.ts';
import { sourceFormat, type SourceFormat } from '../sourceFormat.ts';
import { binaryTexts, columnsOfParquet } from './binaryTexts.ts';
import { unseenNotes } from './columnNames.ts';
import { some } from './some.ts';
import { jsonNotes } from './jsonKeys.ts';
import { shapeSettings, type ReadAs } from './readAs.ts';
import { filledFiles } from './partFiles.ts';
import { readText } from './readText.ts';

/** How one file is read, for people and for `--json`. Only text has the settings of `read`. */
export interface FileReading extends Partial<ReadAs> {
  file: string;
  format: SourceFormat;
  /** Names of the columns that are left out. */
  leftOut: string[];
  /** Lines with more or fewer fields, in words; null when there are none at the start. */
  ragged: string | null;
  /** Oddities of the file and how it is read. */
  notes: string[];
}

/** Files whose reading is told; the others of a folder are usually the same. */
const mostFiles = 100;
const delimiterWords: Record<string, string> = {
  '\t': 'tabs',
  ' ': 'a space',
  spaces: 'spaces',
  '\u0001': 'the character U+0001',
};
const quoteWords: Record<string, string> = {
  backslash: 'a backslash before quotes',
  single: 'single quotes',
  escapes: 'escapes such as `\\t` and `\\n` in place of quotes',
  none: 'no quoted fields',
};

/** Returns how each file is read. Throws DataError for an unreadable file. */
export function readingsOf(files: readonly string[], read: ReadSettings = {}): FileReading[] {
  return filledFiles(files)
    .slice(0, mostFiles)
    .map((file): FileReading => {
      const format = sourceFormat(file) ?? 'csv';
      if (format !== 'csv')
        return {
          file,
          format,
          leftOut: [],
          ragged: null,
          notes: format === 'json' ? jsonNotes(file) : parquetNotes(file),
        };
      const { readAs, names, leftOut, ragged, notes } = readText(file, shapeSettings(read));
      return { file, format, ...readAs, leftOut: leftOut.map((i) => names[i] ?? ''), ragged, notes };
    });
}

/** True for UTF-8 with commas (tabs in a .tsv) and a header in the first line, without anything to tell. */
export function isPlainReading({
  file,
  format,
  encoding,
  delimiter,
  quotes,
  header,
  skip,
  comment,
  ragged,
  notes,
}: FileReading): boolean {
  if (format !== 'csv') return notes.length === 0;
  const usual = /\.(tsv|tab)(\.\w+)?$/i.test(file) ? '\t' : ',';
  return (
    encoding === 'utf-8' &&
    delimiter === usual &&
    quotes === 'double' &&
    header !== false &&
    skip === 0 &&
    comment === null &&
    ragged === null &&
    notes.length === 0
  );
}

/**
 * Returns a line for each way in which files are read that differs from UTF-8 with commas and a header in the first line,
 * such as "reads a.csv: UTF-8, `;` between fields, header in line 3, 2 lines before it skipped".
 */
export function describeReading(readings: readonly FileReading[], options: { ragged?: boolean } = {}): string[] {
  const lines = new Map<string, string[]>();
  for (const found of readings) {
    const reading = options.ragged === false ? { ...found, ragged: null } : found;
    if (isPlainReading(reading)) continue;
    const words = wordsOf(reading);
    lines.set(words, [...(lines.get(words) ?? []), basename(reading.file)]);
  }
  return [...lines].map(([words, [first = '', ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length.toLocaleString('en-US')} more`;
    return `reads ${first}${more}: ${words}`;
  });
}

/**
 * Returns a sentence for each way in which text files are read, the usual one too, such as "UTF-8, `,` between fields,
 * header in line 1". Several files in one way are one sentence.
 */
export function readingWords(readings: readonly FileReading[]): string[] {
  return [...new Set(readings.map(wordsOf).filter((words) => words !== ''))];
}

function parquetNotes(file: string): string[] {
  const texts = binaryTexts([file]);
  return [
    ...(texts.length === 0 ? [] : [`bytes that are UTF-8 are read as text: ${some(texts)}`]),
    ...unseenNotes(columnsOfParquet(file)),
  ];
}

function wordsOf(reading: FileReading): string {
  const { encoding = 'utf-8', delimiter = ',', quotes = 'double', skip = 0, comment = null } = reading;
  const rest = [...reading.notes, ...(reading.ragged === null ? [] : [reading.ragged])];
  if (reading.format !== 'csv') return rest.join('; ');
  const style = quoteWords[quotes];
  const parts = [
    encoding === 'utf-8' ? 'UTF-8' : encoding,
    `${delimiterWords[delimiter] ?? `\`${delimiter}\``} between fields`,
    ...(style === undefined ? [] : [style]),
    reading.header === false ? 'no header' : `header in line ${skip + 1}`,
    ...(skip === 0 ? [] : [`${skip.toLocaleString('en-US')} ${skip === 1 ? 'line' : 'lines'} skipped`]),
    ...(comment === null ? [] : [`lines that start with \`${comment}\` are comments`]),
  ];
  return [parts.join(', '), ...rest].join('; ');
}
