import { DataError } from '../../base/errors.ts';
import { isNumber } from './cellKinds.ts';

/**
 * A table as a program prints it for people: rules of dashes, and cells that are padded with blanks. The columns are
 * between bars, between other delimiters, or at fixed places of the line.
 */
export interface Listing {
  /** Text between two cells; null where the columns have fixed places. */
  bar: string | null;
  /** The rule below the header, trimmed; the same again is a rule too. */
  rule: string;
  /** The line of the header as it is written; null without a header. */
  header: string | null;
  /** First and last place of each column in a line, exclusive. */
  places: [from: number, to: number][];
  /** True when each row starts and ends with a bar. */
  framed: boolean;
  /** The line with the types of the columns, as DuckDB prints it below the header; null without one. */
  types: string | null;
}

/** The delimiter of the rows as they are passed on. */
export const listingDelimiter = '|';

const mostBefore = 100;
const boxes = '─━═│┃║┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝╒╤╕╞╪╡╘╧╛╓╥╖╟╫╢╙╨╜┏┳┓┡╇┩┗┻┛╭╮╰╯';
const framedRule = new RegExp(`^(?:-{5,}|\\+(?:[-=]+\\+)+|\\|(?:-+\\+)*-+\\||[${boxes}]+)$`);
const barRule = /^-+(?:\+-+)+$/;
const cellRule = /^:?-+:?$/;
const fixedRule = /^-+(?: +-+)+$/;

/**
 * Returns the listing that a text is, as psql, mysql, sqlite3, sqlcmd, Spark and Markdown write; null for any other text.
 * Throws DataError for a listing of one field a line, and for one whose header has several lines.
 */
export function detectListing(file: string, lines: readonly string[]): Listing | null {
  refuseRecords(file, lines);
  const first = lines.findIndex((line) => line.trim() !== '');
  for (let at = Math.max(0, first); at < Math.min(lines.length, first + mostBefore); at++) {
    const line = lines[at] ?? '';
    if (!/[-=─━═]{2}|-\|-|-\+-/.test(line)) continue;
    const found = framed(file, lines, at) ?? belowHeader(lines, at);
    if (found) return found;
  }
  return null;
}

/** A listing whose first line is a rule: rows between bars. */
function framed(file: string, lines: readonly string[], at: number): Listing | null {
  const rule = (lines[at] ?? '').trim();
  if (!framedRule.test(rule)) return null;
  const bar = /[│┃║]/.exec(lines[at + 1] ?? '')?.[0] ?? '|';
  const isRow = (line = '') => line.trim().startsWith(bar) && line.trim().endsWith(bar) && line.trim().length > 2;
  if (!isRow(lines[at + 1])) return null;
  const end = lines.findIndex((line, i) => i > at && framedRule.test(line.trim()));
  if (end === -1) return null;
  const listing = { bar, rule: (lines[end] ?? '').trim(), places: [], framed: true, types: null };
  const above = lines.slice(at + 1, end);
  const only = { ...listing, header: above[0] ?? '' };
  // Rows alone, as `mysql -N` prints them.
  const isNamed = above.length === 1 && !cellsOf(only.header, only).some(isNumber);
  if (!isRow(lines[end + 1])) return isNamed ? only : { ...listing, header: null };
  const types = above[1] ?? '';
  if (above.length === 2 && cellsOf(types, only).every((cell) => /^[a-z]\w*(\(.*\)|\[\])*$/.test(cell)))
    return { ...only, types };
  if (above.length === 1) return only;
  throw new DataError(
    `${file}, line ${at + 2}: this is a table as a program prints it, with a header of ${above.length} lines; export it as CSV, such as with COPY`,
    { place: { file, line: at + 2 } },
  );
}

/** A listing whose first line is its header, above a rule. */
function belowHeader(lines: readonly string[], at: number): Listing | null {
  const written = lines[at] ?? '';
  const rule = written.trim();
  const header = lines[at - 1] ?? '';
  if (header.trim() === '' || framedRule.test(header.trim())) return null;
  const listing = { rule, header, framed: false, types: null };
  if (barRule.test(rule)) {
    const places = placesOf(written, '+');
    return header.split('|').length === places.length ? { ...listing, bar: '|', places } : null;
  }
  for (const bar of ['|', ',', ';', '\t']) {
    if (!rule.includes(bar)) continue;
    // Org writes `+` between the columns of its rule.
    const parts = withoutFrame(rule, bar).split(bar === '|' ? /[|+]/ : bar);
    const isRule = parts.every((part) => cellRule.test(part.trim())) && parts.some((part) => part.trim().length > 1);
    // Two dashes can also be a row of missing values.
    if (bar !== '|' && !isLongRule(parts, header.split(bar), lines)) continue;
    const isFramed = bar === '|' && rule.startsWith('|') && header.trim().startsWith('|');
    if (isRule && withoutFrame(header.trim(), bar).split(bar).length === parts.length)
      return { ...listing, bar, places: [], framed: isFramed };
  }
  if (fixedRule.test(rule)) {
    const places = placesOf(written, ' ');
    return places.every(([from, to], i) => isInPlace(header, from, to, places[i + 1]?.[0]))
      ? { ...listing, bar: null, places }
      : null;
  }
  // One column: the rule is as wide as the name, and the number of rows is below.
  const isOne = /^-{2,}$/.test(rule) && !/[,;|\t]/.test(header) && lines.some((line) => isCount(line));
  return isOne ? { ...listing, bar: null, places: [[0, Infinity]] } : null;
}

function isLongRule(parts: readonly string[], header: readonly string[], lines: readonly string[]): boolean {
  const fits = header.every(
    (cell, i) => cell.trim() !== '' && !isNumber(cell) && cell.trim().length <= (parts[i] ?? '').length,
  );
  return fits && (parts.some((part) => part.length > 4) || lines.some((line) => isCount(line)));
}

/** First and last places of the runs of dashes in a rule. */
function placesOf(rule: string, between: string): [number, number][] {
  const found: [number, number][] = [];
  const runs = between === '+' ? /[ -]+/g : /-+/g;
  for (const match of rule.matchAll(runs)) found.push([match.index, match.index + match[0].length]);
  return found;
}

/** True when the text of a line between two columns is blank. */
function isInPlace(line: string, from: number, to: number, next: number | undefined): boolean {
  return (
    (next === undefined || line.slice(to, next).trim() === '') &&
    (from === 0 || /\s/.test(line.charAt(from - 1) || ' '))
  );
}

function withoutFrame(line: string, bar: string): string {
  return bar === '|' ? line.replace(/^\|/, '').replace(/\|$/, '') : line;
}

/** The line that tells the number of rows, in any language: `(3 rows)`, `3 rows in set (0.00 sec)`, `3 rows selected`. */
export function isCount(line: string): boolean {
  return /^\s*(\(\d[\d,.]* \p{L}[^()|]*\)|\d[\d,.]* rows?( in set| selected| affected| \(\d+ shown\)|$).*|Empty set.*)$/iu.test(
    line,
  );
}

const words = [
  /^\s*only showing top \d+ rows?/i,
  /^\s*Time: [\d.,]+ ms/,
  /^\s*(mysql|sqlite|MariaDB \[[^\]]*\])> ?/i,
  /^\s*[\w.-]+[=-][>#] ?/,
];

/** True for a line around a listing that is no row: the number of rows, the time, a prompt. */
export function isAround(line: string): boolean {
  return line.trim() === '' || isCount(line) || words.some((word) => word.test(line));
}

/** The same for a line of a listing: one with bars is a row, but for the number of rows in a frame. */
function isBeside(line: string, { bar, framed: isFramed }: Listing): boolean {
  if (bar === null || !line.includes(bar)) return isAround(line);
  const inside = line.trim().slice(1, -1);
  return isFramed && !inside.includes(bar) && isCount(inside.trim());
}

/** The cells of a line; one cell with the whole line where it does not fit the columns. */
function cellsOf(line: string, { bar, places, framed: isFramed }: Listing): string[] {
  if (bar === null) {
    const fits = places.every(([from, to], i) => isInPlace(line, from, to, places[i + 1]?.[0]));
    return fits ? places.map(([from], i) => line.slice(from, places[i + 1]?.[0]).trim()) : [line.trim()];
  }
  const text = isFramed ? line.trim().slice(1, -1) : line;
  // Markdown writes a bar inside a cell with a backslash.
  if (bar === '|') return text.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
  return text.split(bar).map((cell) => cell.trim());
}

/** Where psql marks that a value goes on in the next line: behind the blank at the end of a cell. */
function continued(line: string, { bar, places }: Listing): boolean[] {
  if (bar !== '|' || places.length === 0) return [];
  return places.map(([, to]) => line.charAt(to - 1) === '+');
}

/** True when a listing says or shows that it leaves rows out, as Spark and DuckDB do. */
export function isShortened(lines: readonly string[]): boolean {
  return lines.some((line) => /^\s*only showing top \d|\brows? \(\d+ shown\)/i.test(line));
}

/** Returns a function that turns each line of a listing into a row with bars between its fields; null for other lines. */
export function listingRows(listing: Listing): { next: (line: string) => string | null; end: () => string | null } {
  let isStarted = listing.header === null;
  let open: { cells: string[]; goesOn: boolean[] } | null = null;
  // psql prints no value of its only column as a blank, until it tells the number of rows.
  let isCounted = listing.bar !== null || listing.places.length !== 1;
  const row = (cells: readonly string[]) => cells.map(quoted).join(listingDelimiter);
  const end = () => {
    const last = open;
    open = null;
    return last === null ? null : row(last.cells);
  };
  const next = (line: string): string | null => {
    if (!isStarted) {
      isStarted = line === listing.header;
      return isStarted ? row(cellsOf(line, listing)) : null;
    }
    const text = line.trim();
    isCounted ||= isCount(line);
    if (!isCounted && text === '' && line !== '') return '""';
    const isRule = text === listing.rule || (listing.framed && framedRule.test(text));
    if (isRule || line === listing.header || line === listing.types || isBeside(line, listing)) return end();
    const goesOn = continued(line, listing);
    let cells = cellsOf(line, listing);
    const before = open;
    open = null;
    if (before !== null) {
      if (cells.length === before.cells.length && cells.every((cell, i) => cell === '' || before.goesOn[i]))
        cells = before.cells.map((cell, i) => (before.goesOn[i] ? `${withoutMark(cell)}\n${cells[i] ?? ''}` : cell));
      else {
        open = null;
        return [row(before.cells), row(cells)].join('\n');
      }
    }
    if (goesOn.some(Boolean)) {
      open = { cells, goesOn };
      return null;
    }
    return row(cells);
  };
  return { next, end };
}

const withoutMark = (cell: string) => (cell.endsWith('+') ? cell.slice(0, -1).trimEnd() : cell);

function quoted(cell: string): string {
  return /["|\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Rewrites a listing that comes in pieces. */
export class ListingRewriter {
  readonly #rows: ReturnType<typeof listingRows>;
  #held = '';

  constructor(listing: Listing) {
    this.#rows = listingRows(listing);
  }

  next(piece: string): string {
    const lines = (this.#held + piece).split(/\r\n|\n|\r(?!$)/);
    this.#held = lines.pop() ?? '';
    return lines.map((line) => written(this.#rows.next(line))).join('');
  }

  end(): string {
    const last = this.#held.replace(/\r$/, '');
    return (last === '' ? '' : written(this.#rows.next(last))) + written(this.#rows.end());
  }
}

const written = (row: string | null) => (row === null ? '' : `${row}\n`);

/** One field a line, as `\x` of psql and `\G` of mysql print. */
function refuseRecords(file: string, lines: readonly string[]): void {
  const at = lines
    .slice(0, 10)
    .findIndex((line) => /^-\[ RECORD \d+ \][-+]*$|^\*{9,} \d+\. row \*{9,}$/.test(line.trim()));
  if (at === -1) return;
  const isMysql = (lines[at] ?? '').includes('*');
  throw new DataError(
    `${file}, line ${at + 1}: this is a listing with one field a line (${isMysql ? '`\\G` of mysql' : '`\\x` of psql'}), not a table; write the rows as CSV, such as with ${isMysql ? '`mysql --batch` or SELECT … INTO OUTFILE' : "`\\copy (SELECT …) TO 'data.csv' CSV HEADER`"}`,
    { place: { file, line: at + 1 } },
  );
}
