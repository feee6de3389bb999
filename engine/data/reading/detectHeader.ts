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
  // A line of the width of the rows with few names, directly above a line that is no header: names of pandas.
  let wide = -1;
  for (let at = first; at < Math.min(records.length, first + mostPreamble); at++) {
    const record = records[at];
    if (!record || isBlank(record) || isComment(record)) continue;
    if (usual < 2 || !isTitle(record, usual, records.length - at))
      return wide === -1 || isHeader(records, at) ? at : wide;
    wide = record.fields.length === usual && record.fields[0]?.trim() === '' ? at : -1;
  }
  return first;
}

/**
 * The number of fields that most records have. In a short text, one block of wide records is the table, and narrow lines
 * above and below it are names with values, as reports have them.
 */
function widthOfTable(all: readonly TextRecord[]): number {
  const records = all.filter((record) => !isBlank(record));
  const { fields } = usualFields(records);
  const wide = records.flatMap((record, i) => (record.fields.length >= Math.max(4, 2 * fields) ? [i] : []));
  const [first = 0, last = 0] = [wide[0], wide.at(-1)];
  const isBlock = records.length <= 60 && wide.length > 1 && first > 0 && last - first + 1 === wide.length;
  if (!isBlock || records.some((record, i) => record.fields.length > fields && !wide.includes(i))) return fields;
  return usualFields(records.slice(first, last + 1)).fields;
}

function isComment(record: TextRecord): boolean {
  return /^\s*#/.test(record.fields[0] ?? '') && record.quoted === 0;
}

/** A title has fewer fields than the rows; saved by a spreadsheet, it has as many, most of them empty. */
function isTitle({ fields }: TextRecord, usual: number, after: number): boolean {
  const filled = fields.filter((field) => field.trim() !== '').length;
  if (fields.length === usual) return filled < Math.min(usual, Math.max(2, usual * 0.5));
  // A header without the name of the row numbers, as R writes it.
  if (fields.length === usual - 1 && filled === fields.length && filled > 1) return false;
  return filled <= Math.max(1, usual / 2) || (filled <= 2 && usual > 2 && after > 3);
}

/** The names of a header behind a comment sign, above a table without another header. */
function behindSign(records: readonly TextRecord[], at: number, dialect: Dialect): string[] | null {
  const [before, first] = [records[at - 1], records[at]];
  if (!before || !first || !isComment(before) || isHeader(records, at)) return null;
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
  const rest = records.slice(at + 1, at + 200).filter((record) => !isBlank(record));
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
