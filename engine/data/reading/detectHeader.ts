import { usualFields } from './detectDelimiter.ts';
import { isNumber, isNumberOrTime, isValue, isYear } from './cellKinds.ts';
import { fieldsOf, isBlank, type Dialect, type TextRecord } from './records.ts';

/** Where the table starts in a text. */
export interface TableStart {
  /** Index of the first record of the table among the given ones. */
  at: number;
  header: boolean;
  /** Names, when the record at `at` is a header that is not written as the rows are: behind a comment sign. */
  names: string[] | null;
}

const mostPreamble = 100;

/**
 * Returns the first record of the table: the lines before it are blank, comments, or have few fields, as titles have.
 * `given` fixes the number of lines before it, or whether it is a header.
 */
export function detectHeader(
  records: readonly TextRecord[],
  dialect: Dialect,
  given: { skip?: number | undefined; header?: boolean | undefined },
): TableStart {
  const skip = given.skip;
  if (skip !== undefined) {
    const at = Math.max(
      0,
      records.findIndex((record) => record.line > skip && !isBlank(record)),
    );
    return { at, header: given.header ?? isHeader(records, at), names: null };
  }
  const first = records.findIndex((record) => !isBlank(record));
  const at = firstOfTable(records, Math.max(0, first));
  const commented = given.header === false ? null : behindSign(records, at, dialect);
  if (commented !== null) return { at: at - 1, header: true, names: commented };
  return { at, header: given.header ?? isHeader(records, at), names: null };
}

function firstOfTable(records: readonly TextRecord[], first: number): number {
  const usual = widthOfTable(records);
  const at = firstByWidth(records, first, usual);
  const end = records.findIndex((record, i) => i > at && isBlank(record));
  const block = records.slice(at, end === -1 ? records.length : end);
  return isStrongHeader(block, 0, usual) ? at : (headerBelow(records, at, usual) ?? at);
}

/** The first record that is no title, by the numbers of fields alone. */
function firstByWidth(records: readonly TextRecord[], first: number, usual: number): number {
  const bare = usual - emptyColumnsAtEnd(records, usual);
  // A line of the width of the rows with few names, directly above a line that is no header: names of pandas.
  let wide = -1;
  for (let at = first; at < Math.min(records.length, first + mostPreamble); at++) {
    const record = records[at];
    if (!record || isBlank(record) || isComment(record, usual)) continue;
    const width = record.fields.length === bare ? bare : usual;
    const below = records.slice(at + 1).find((one) => !isBlank(one));
    if (usual < 2 || !isTitle(record, width, records.length - at, below))
      return wide === -1 || isHeader(records, at) ? at : wide;
    wide = record.fields.length === usual && record.fields[0]?.trim() === '' ? at : -1;
  }
  return first;
}

/**
 * A line of names below lines of other tables or of names with values, as wide as the rows: DATEV, Campbell, SAP. Nothing
 * above it looks like the rows.
 */
function headerBelow(records: readonly TextRecord[], from: number, usual: number): number | null {
  if (usual < 2) return null;
  for (let at = from + 1; at < Math.min(records.length - 1, from + mostPreamble); at++) {
    const before = records[at - 1];
    if (!before || !(isBlank(before) || before.fields.length !== usual)) continue;
    if (!isStrongHeader(records, at, usual)) continue;
    const asWide = (some: readonly TextRecord[]) =>
      some.filter((record) => !isBlank(record) && record.fields.length === usual).length;
    return asWide(records.slice(from, at)) <= Math.min(10, asWide(records.slice(at + 1)) / 2) ? at : null;
  }
  return null;
}

/** Words above at least one column of numbers, dates or truth values; up to two lines of units can be between them. */
function isStrongHeader(records: readonly TextRecord[], at: number, usual: number): boolean {
  const first = records[at];
  if (!first || first.fields.length !== usual || first.fields.some(isNumberOrTime)) return false;
  const filled = first.fields.filter((cell) => cell.trim() !== '');
  if (filled.length < Math.max(Math.min(2, usual), usual / 2)) return false;
  const rows = records.slice(at + 1, at + 200).filter((record) => record.fields.length === usual && !isBlank(record));
  return first.fields.some((cell, i) => {
    if (cell.trim() === '' || isValue(cell)) return false;
    const cells = rows.map(({ fields }) => fields[i] ?? '').filter((text) => text.trim() !== '');
    const values = cells.filter(isValue).length;
    return values > 0 && values >= Math.min(cells.length - 2, cells.length * 0.6);
  });
}

/** Number of columns at the end without any text, in records of the usual width. */
function emptyColumnsAtEnd(records: readonly TextRecord[], usual: number): number {
  const rows = records.filter(({ fields }) => fields.length === usual);
  let empty = 0;
  while (empty < usual - 2 && rows.every(({ fields }) => (fields[usual - 1 - empty] ?? '').trim() === '')) empty++;
  return empty;
}

/**
 * The number of fields that most records have. In a short text, one block of wide records is the table, and narrow lines
 * above and below it are names with values, as reports have them.
 */
function widthOfTable(all: readonly TextRecord[]): number {
  const records = all.filter((record) => !isBlank(record));
  const { fields } = usualFields(records);
  const widest = Math.max(...records.map((record) => record.fields.length));
  const wide = records.flatMap((record, i) => (record.fields.length > widest / 2 ? [i] : []));
  const [first = 0, last = 0] = [wide[0], wide.at(-1)];
  const isBlock = records.length <= 60 && wide.length > 1 && first > 0 && last - first + 1 === wide.length;
  return isBlock && widest >= Math.max(4, 2 * fields) ? usualFields(records.slice(first, last + 1)).fields : fields;
}

/** Lines of comments, as R, GEO, C and Matlab write them; other signs than `#` only where the line is no row. */
function isComment(record: TextRecord, usual: number): boolean {
  if (record.quoted > 0 && !/^\s*!/.test(record.fields[0] ?? '')) return false;
  const [, sign] = /^\s*(#|!|\/\/|%)/.exec(record.fields[0] ?? '') ?? [];
  return sign === '#' || (sign === '!' && usual > 1) || (sign !== undefined && record.fields.length !== usual);
}

/** A title has fewer fields than the rows; saved by a spreadsheet, it has as many, most of them empty. */
function isTitle({ fields }: TextRecord, usual: number, after: number, below: TextRecord | undefined): boolean {
  const filled = fields.filter((field) => field.trim() !== '').length;
  if (fields.length === usual) return filled < Math.min(usual, Math.max(2, usual * 0.5));
  // A header without the name of the row numbers, as R writes it.
  if (fields.length === usual - 1 && filled === fields.length && filled > 1 && below?.fields.length === usual)
    return false;
  return filled <= Math.max(1, usual / 2) || (filled <= 2 && usual > 2 && after > 3);
}

/** The names of a header behind a comment sign, above a table without another header. */
function behindSign(records: readonly TextRecord[], at: number, dialect: Dialect): string[] | null {
  const [before, first] = [records[at - 1], records[at]];
  if (!before || !first || !/^\s*#/.test(before.fields[0] ?? '') || before.quoted > 0 || isHeader(records, at))
    return null;
  const text = before.fields.join(dialect.delimiter === 'spaces' ? ' ' : dialect.delimiter).replace(/^\s*#+\s*/, '');
  const names = fieldsOf(text, dialect);
  return names.length === first.fields.length && names.every((name) => name.trim() !== '') ? names : null;
}

/**
 * A first line of words above numbers, dates or truth values is a header. A line with numbers or dates, or with words
 * that occur again below, is a row.
 */
function isHeader(records: readonly TextRecord[], at: number): boolean {
  const first = records[at]?.fields ?? [];
  // Files that were put together have their header again.
  const line = first.join('\0');
  const below = records.slice(at + 1, at + 200).filter((record) => !isBlank(record));
  const others = below.filter(({ fields }) => fields.join('\0') !== line);
  const rest = others.some(({ fields }) => fields.some(isNumberOrTime)) ? others : below;
  const filled = first.filter((cell) => cell.trim() !== '');
  if (filled.length === 0) return true;
  const column = (i: number) => rest.map(({ fields }) => fields[i] ?? '').filter((cell) => cell.trim() !== '');
  if (filled.every(isYear)) return !first.every((_, i) => column(i).every(isYear));
  if (filled.some((cell) => isNumberOrTime(cell) && !isYear(cell)))
    return areSteps(first, rest) || areOtherwise(first, column);
  if (rest.length < 2) return true;
  if (first.some((cell, i) => !isValue(cell) && column(i).length > 0 && column(i).every(isValue))) return true;
  const again = filled.filter((cell) => column(first.indexOf(cell)).includes(cell)).length;
  return again < filled.length * (rest.length < 20 ? 1 : 0.5);
}

/** Codes as names, above columns that contain no number: 100022 above TRUE and FALSE. */
function areOtherwise(first: readonly string[], column: (i: number) => string[]): boolean {
  const numbers = first.flatMap((cell, i) => (isNumberOrTime(cell) ? [column(i)] : []));
  return (
    !isNumberOrTime(first[0] ?? '') &&
    numbers.every((cells) => cells.length > 1 && cells.every((cell) => !isNumberOrTime(cell)))
  );
}

/** Numbers that count up by one step name the columns of a grid: 0, 1, 2 or 400, 410, 420, after a first name. */
function areSteps(first: readonly string[], rest: readonly TextRecord[]): boolean {
  const cells = isNumber(first[0] ?? '') ? first : first.slice(1);
  const steps = (texts: readonly string[]) => {
    const numbers = texts.map((text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN));
    const step = (numbers[1] ?? 1) - (numbers[0] ?? 0);
    return step > 0 && numbers.every((number, i) => number === (numbers[0] ?? 0) + i * step);
  };
  if (rest.length === 0 || cells.length === 0 || !steps(cells)) return false;
  // The unnamed index of pandas.
  if (cells.length < first.length && (first[0] ?? '').trim() === '') return true;
  return cells.length > 2 && !rest.slice(0, 5).every(({ fields }) => steps(fields.slice(first.length - cells.length)));
}
