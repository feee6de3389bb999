import { DataError } from '../../base/errors.ts';
import type { QuoteStyle } from '../../project/schema/readSettings.ts';
import { isValue } from './cellKinds.ts';
import { columnNames } from './columnNames.ts';
import { detectDelimiter, usualFields } from './detectDelimiter.ts';
import { detectHeader } from './detectHeader.ts';
import { detectQuotes } from './detectQuotes.ts';
import { delimiterText, type ReadAs, type ShapeSettings } from './readAs.ts';
import type { LineEnd } from './scanRest.ts';
import { isBlank, linesOf, recordsOf, type TextRecord } from './records.ts';
import { some } from './some.ts';
import { unitLines } from './unitLines.ts';

/** How a text is read as a table. */
export interface TextShape {
  readAs: Omit<ReadAs, 'encoding'>;
  /** Distinct names of all columns, in order. */
  names: string[];
  /** Indices of the columns that are not read: the last ones, without a name and a value. */
  leftOut: number[];
  /** Names that occur more than once in the header, ignoring case. */
  repeated: string[];
  /** Positions of columns without a name that are read, counted from 1. */
  blank: number[];
  /** True when the header has as many fields as there are columns, so that it can be skipped as a header. */
  plainHeader: boolean;
  /** Kinds of line ends after the records, not those inside quoted fields. */
  ends: LineEnd[];
  /** True when quoted fields contain line breaks. */
  multiline: boolean;
  /** True when the lines before the header contain quotes, or a quoted header several lines. */
  quotesBefore: boolean;
  /** Lines with more or fewer fields, in words; null when there are none at the start of the text. */
  ragged: string | null;
  /** Oddities of the file and how it is read, in words. */
  notes: string[];
}

/** Number of records that are looked at. */
const mostRecords = 1000;

/**
 * Finds how a text is read as a table from its start. Given settings are kept. `whole` is false when the text continues
 * after it. Throws DataError when the given names do not fit the first line.
 */
export function detectShape(file: string, text: string, whole: boolean, given: ShapeSettings): TextShape {
  const lines = linesOf(text);
  if (!whole && lines.length > 1) lines.pop();
  const notes: string[] = [];
  const stated = given.skip === undefined ? statedDelimiter(lines[0] ?? '') : null;
  const body = stated === null ? lines : ['', ...lines.slice(1)];
  const comment = given.comment ?? null;
  const table = comment === null ? body : body.map((line) => (line.startsWith(comment) ? '' : line));
  const delimiter = delimiterText(
    given.delimiter ?? stated ?? (/\.(tsv|tab)(\.\w+)?$/i.test(file) ? tabOr(table) : detectDelimiter(table)),
  );
  const quotes: QuoteStyle = given.quotes ?? detectQuotes(table, delimiter);
  const dialect = { delimiter, quotes };
  const records = recordsOf(table, dialect, 0, mostRecords);
  const start = detectHeader(records, dialect, given);
  const first = records[start.at] ?? { line: 1, lines: 1, fields: [''], quoted: 0, malformed: false, unclosed: false };
  const below = records.slice(start.at + (start.header ? 1 : 0)).filter((record) => !isBlank(record));
  const sign = comment ?? commentIn(below);
  const all = sign === null ? below : below.filter((record) => !isComment(record, sign));
  const units = start.header ? unitLines(all, first) : { lines: 0, note: null };
  const headerLines = start.header ? (given.headerLines ?? 1 + units.lines) : 1;
  const rows = start.header ? all.filter(({ line }) => line >= first.line + headerLines) : all;
  if (units.note !== null && given.headerLines === undefined) notes.push(units.note);
  const { cells, plain, note } = cellsOf(start.names ?? first.fields, start.header, rows);
  if (note !== null) notes.push(note);
  const found = columnNames(start.header ? cells : cells.map(() => ''));
  const leftOut = emptyAtEnd(start.header ? cells : cells.map(() => ''), rows);
  const names = namesOf(file, found.names, given.columns, leftOut, first.line);
  const isNamed = given.columns === undefined && start.header;
  const blank = isNamed ? found.blank.filter((i) => !leftOut.includes(i)) : [];
  if (isNamed) notes.push(...found.notes);
  if (blank.length > 0) notes.push(`columns without a name: ${some(blank.map((i) => names[i] ?? ''))}`);
  if (leftOut.length > 0)
    notes.push(
      leftOut.length === 1
        ? '1 column left out: the last one has no name and no value'
        : `${leftOut.length} columns left out: the last ones have no name and no value`,
    );
  const again = start.header && given.columns === undefined ? headerAgain(cells, rows) : [];
  if (again.length > 0)
    notes.push(
      `the header occurs again as a row, in ${again.length === 1 ? 'line' : 'lines'} ${some(again.map(String))}`,
    );
  const ragged = rows.filter((record) => record.fields.length !== names.length || record.malformed);
  return {
    readAs: { delimiter, quotes, header: start.header, headerLines, skip: first.line - 1, comment: sign },
    names,
    leftOut: names.length === found.names.length ? leftOut : [],
    plainHeader: plain,
    ends: lineEnds(text, records),
    multiline: quotes === 'escapes' || records.some((record) => record.lines > 1),
    quotesBefore: quotes !== 'none' && lines.slice(0, first.line - 1).some((line) => line.includes('"')),
    repeated: isNamed ? found.repeated : [],
    blank: blank.map((i) => i + 1),
    ragged: ragged.length > 0 ? raggedNote(ragged, names.length, rows.length) : null,
    notes,
  };
}

/** Lines that are the header again, above numbers, as in files that were put together. */
function headerAgain(cells: readonly string[], rows: readonly TextRecord[]): number[] {
  const line = cells.join('\0');
  const found = rows.filter(({ fields }) => fields.join('\0') === line);
  return found.length < rows.length / 2 && cells.length > 1 ? found.map((record) => record.line) : [];
}

function lineEnds(text: string, records: readonly TextRecord[]): LineEnd[] {
  const ends = text.match(/\r\n|\n|\r/g) ?? [];
  const found = records.flatMap(({ line, lines }) => ends[line + lines - 2] ?? []);
  return [...new Set(found)] as LineEnd[];
}

/** Excel reads and writes the delimiter in a first line such as `sep=;`. */
function statedDelimiter(line: string): string | null {
  const match = /^"?sep=(.|\\t)"?[,;\t| ]*$/i.exec(line);
  return match?.[1] ?? null;
}

function tabOr(lines: readonly string[]): string {
  return lines.slice(0, 50).some((line) => line.includes('\t')) ? '\t' : detectDelimiter(lines);
}

/** The cells of the header, with those for columns that only the rows have, and without blank ones that no row has. */
function cellsOf(
  cells: string[],
  header: boolean,
  rows: readonly TextRecord[],
): { cells: string[]; plain: boolean; note: string | null } {
  const { fields, share } = usualFields(rows);
  if (!header) return { cells: fields > cells.length ? (rows[0]?.fields ?? cells) : cells, plain: true, note: null };
  const asRead = { cells, plain: true, note: null };
  if (fields === cells.length || fields < 2 || share < 0.9) return asRead;
  const isBlankFrom = (texts: readonly string[], at: number) => texts.slice(at).every((text) => text.trim() === '');
  if (fields < cells.length)
    return isBlankFrom(cells, fields)
      ? { cells: cells.slice(0, fields), plain: false, note: 'the header has more delimiters than the rows' }
      : asRead;
  const wide = rows.filter((record) => record.fields.length === fields);
  if (wide.every((record) => isBlankFrom(record.fields, cells.length)))
    return { cells: [...cells, ...Array<string>(fields - cells.length).fill('')], plain: false, note: null };
  if (fields === cells.length + 1 && wide.length > 1 && areRowNames(wide))
    return { cells: ['', ...cells], plain: false, note: 'the header has no name for the first column' };
  return asRead;
}

/** Row names of R and pandas are distinct: texts, or whole numbers that count up. */
function areRowNames(rows: readonly TextRecord[]): boolean {
  const names = rows.map(({ fields }) => (fields[0] ?? '').trim());
  if (new Set(names).size < names.length) return false;
  const first = Number(names[0]);
  return (
    names.every((name) => name !== '' && Number.isNaN(Number(name))) ||
    names.every((name, i) => Number(name) === first + i)
  );
}

/** Columns at the end that have neither a name nor a value. */
function emptyAtEnd(cells: readonly string[], rows: readonly TextRecord[]): number[] {
  const empty: number[] = [];
  for (let i = cells.length - 1; i > 0 && (cells[i] ?? '').trim() === ''; i--) {
    if (rows.length === 0 || rows.some((record) => (record.fields[i] ?? '').trim() !== '')) break;
    empty.unshift(i);
  }
  return empty;
}

function namesOf(
  file: string,
  found: string[],
  given: readonly string[] | undefined,
  leftOut: readonly number[],
  line: number,
): string[] {
  if (given === undefined || given.length === found.length) return given ? [...given] : found;
  if (given.length === found.length - leftOut.length) return [...given, ...leftOut.map((i) => found[i] ?? '')];
  throw new DataError(
    `${file}: ${given.length} names are listed under \`columns\`, but the first line has ${found.length} fields`,
    { place: { file, line } },
  );
}

function raggedNote(ragged: readonly TextRecord[], columns: number, rows: number): string {
  const [first] = ragged;
  const n = ragged.length;
  return `${n.toLocaleString('en-US')} of the first ${rows.toLocaleString('en-US')} rows ${n === 1 ? 'does' : 'do'} not have ${columns} ${columns === 1 ? 'field' : 'fields'}, first line ${first?.line ?? 0} with ${first?.fields.length ?? 0}`;
}

/**
 * Lines between the rows that start with `#` and do not have the fields of a row are comments. Rows that are commented
 * out have as many, with a blank behind the sign, in a column of numbers.
 */
function commentIn(rows: readonly TextRecord[]): string | null {
  const signed = rows.filter((record) => isComment(record, '#'));
  const others = rows.filter((record) => !isComment(record, '#'));
  const { fields } = usualFields(others);
  const isOther = (record: TextRecord) => record.fields.length !== fields;
  if (fields < 2 || !signed.some(isOther)) return null;
  const isOut = (record: TextRecord) => /^#\s/.test(record.fields[0] ?? '');
  const areNumbers = others.every((record) => isValue(record.fields[0] ?? '') || isOther(record));
  return signed.every((record) => isOther(record) || (areNumbers && isOut(record))) ? '#' : null;
}

function isComment({ fields, quoted }: TextRecord, sign: string): boolean {
  return quoted === 0 && (fields[0] ?? '').startsWith(sign);
}
