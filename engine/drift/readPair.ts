import type { Database } from '../data/database.ts';
import { readSharedGrid } from '../data/grid.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import type { CategoryPair, NumberPair } from '../statistics/pairs.ts';

/** Two FROM-able expressions. */
export interface Sources {
  reference: string;
  current: string;
}

/** Stands before numbers that are compared with texts, so that 1 is not '1'. */
const numberMark = '\u0001number ';

/** One number for each side. */
export interface Sides {
  reference: number;
  current: number;
}

/**
 * A column of numbers on both sides. The pair holds finite values, `all` the infinite ones too; NaN counts as missing.
 */
export interface NumberColumn {
  pair: NumberPair;
  all: NumberPair;
  nan: Sides;
}

/** Counts of each value on both sides, grouped in the database; NULL is left out, −0 is 0. Booleans are 0 and 1. */
export async function readNumbers(
  db: Database,
  { reference, current }: Sources,
  column: string,
): Promise<NumberColumn> {
  const value = `CAST(${quoteIdentifier(column)} AS DOUBLE) + 0.0`;
  const { columns } = await db.table(countsSql(value, value, reference, current, column));
  const [values, before, now] = [numbersOf(columns['v']), numbersOf(columns['r']), numbersOf(columns['c'])];
  const end = values.at(-1) !== undefined && Number.isNaN(values.at(-1)) ? values.length - 1 : values.length;
  const first = values[0] === Number.NEGATIVE_INFINITY ? 1 : 0;
  const last = values[end - 1] === Number.POSITIVE_INFINITY ? end - 1 : end;
  const part = (from: number, to: number) => ({
    values: values.subarray(from, to),
    reference: before.subarray(from, to),
    current: now.subarray(from, to),
  });
  return {
    pair: part(first, Math.max(first, last)),
    all: part(0, end),
    nan: { reference: before[end] ?? 0, current: now[end] ?? 0 },
  };
}

/**
 * As readNumbers, for tables too large to count every value: values within a 256th of a standard deviation are taken
 * for one.
 */
export async function readNumbersOnGrid(
  db: Database,
  { reference, current }: Sources,
  column: string,
  known: Sides,
): Promise<NumberColumn> {
  const values = (source: string) =>
    `(SELECT CAST(${quoteIdentifier(column)} AS DOUBLE) + 0.0 AS v FROM ${source} WHERE ${quoteIdentifier(column)} IS NOT NULL)`;
  const pair: NumberPair = await readSharedGrid(db, values(reference), values(current));
  // Without any number to make a grid around, the current values are counted.
  if (pair.values.length === 0) return readNumbers(db, { reference, current }, column);
  const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);
  return {
    pair,
    all: pair,
    nan: { reference: known.reference - sum(pair.reference), current: known.current - sum(pair.current) },
  };
}

/** SQL that writes the values of a quoted column as texts. */
export type TextForm = (column: string) => string;

export const plainText: TextForm = (column) => `CAST(${column} AS VARCHAR)`;
/** Numbers that equal no text of the other side, as in Python. */
export const markedNumber: TextForm = (column) => `${quoteLiteral(numberMark)} || ${plainText(column)}`;

/** Counts of each text on both sides, ascending by code point; NULL is left out. */
export async function readCategories(
  db: Database,
  { reference, current }: Sources,
  column: string,
  forms: Record<keyof Sides, TextForm> = { reference: plainText, current: plainText },
): Promise<CategoryPair> {
  const quoted = quoteIdentifier(column);
  const { columns } = await db.table(
    countsSql(forms.reference(quoted), forms.current(quoted), reference, current, column),
  );
  const values = columns['v'];
  return {
    values: values?.kind === 'text' ? values.values.map((value) => value ?? '') : [],
    reference: Array.from(numbersOf(columns['r'])),
    current: Array.from(numbersOf(columns['c'])),
  };
}

function countsSql(before: string, now: string, reference: string, current: string, column: string): string {
  const side = (value: string, source: string, r: string, c: string) =>
    `SELECT ${value} AS v, ${r} AS r, ${c} AS c FROM ${source} WHERE ${quoteIdentifier(column)} IS NOT NULL GROUP BY 1`;
  return `SELECT v, CAST(sum(r) AS DOUBLE) AS r, CAST(sum(c) AS DOUBLE) AS c FROM (${side(before, reference, 'count(*)', '0')} UNION ALL ${side(now, current, '0', 'count(*)')}) GROUP BY v ORDER BY v`;
}

/**
 * Visits each chunk of `size` rows of the reference, in the order of the table, with how often it has each of `values`
 * (ascending; all of the chunk's are among them). The counts are good until the next visit. Chunks without a value are
 * passed over.
 */
export async function eachNumberChunk(
  db: Database,
  reference: string,
  column: string,
  size: number,
  values: Float64Array,
  visit: (counts: Float64Array) => void,
): Promise<void> {
  const { columns } = await db.table(
    chunksSql(`CAST(${quoteIdentifier(column)} AS DOUBLE) + 0.0`, reference, column, size),
  );
  const [chunk, value, count] = [numbersOf(columns['k']), numbersOf(columns['v']), numbersOf(columns['n'])];
  const counts = new Float64Array(values.length);
  let [at, found] = [0, false];
  for (let i = 0; i < chunk.length; i++) {
    if (!Number.isNaN(value[i] ?? Number.NaN)) {
      while (at < values.length - 1 && (values[at] ?? 0) < (value[i] ?? 0)) at++;
      counts[at] = (counts[at] ?? 0) + (count[i] ?? 0);
      found = true;
    }
    if (i + 1 < chunk.length && chunk[i + 1] === chunk[i]) continue;
    if (found) visit(counts);
    counts.fill(0);
    [at, found] = [0, false];
  }
}

/** The same for texts. */
export async function eachCategoryChunk(
  db: Database,
  reference: string,
  column: string,
  size: number,
  values: readonly string[],
  visit: (counts: number[]) => void,
): Promise<void> {
  const { columns } = await db.table(chunksSql(`CAST(${quoteIdentifier(column)} AS VARCHAR)`, reference, column, size));
  const [chunk, texts, count] = [numbersOf(columns['k']), columns['v'], numbersOf(columns['n'])];
  const position = new Map(values.map((value, i) => [value, i]));
  let counts = values.map(() => 0);
  for (let i = 0; i < chunk.length; i++) {
    const text = (texts?.kind === 'text' ? texts.values[i] : null) ?? '';
    const at = position.get(text) ?? position.get(numberMark + text);
    if (at !== undefined) counts[at] = count[i] ?? 0;
    if (i + 1 < chunk.length && chunk[i + 1] === chunk[i]) continue;
    visit(counts);
    counts = values.map(() => 0);
  }
}

function chunksSql(value: string, source: string, column: string, size: number): string {
  const numbered = `SELECT (row_number() OVER () - 1) // ${Math.trunc(size)} AS k, ${value} AS v, ${quoteIdentifier(column)} IS NOT NULL AS known FROM ${source}`;
  return `SELECT CAST(k AS DOUBLE) AS k, v, CAST(count(*) AS DOUBLE) AS n FROM (${numbered}) WHERE known GROUP BY k, v ORDER BY k, v`;
}

/** At most `limit` texts of a side, chosen by a hash of the row's number, in the order of the rows. */
export async function readTexts(db: Database, source: string, column: string, limit: number): Promise<string[]> {
  const numbered = `SELECT CAST(${quoteIdentifier(column)} AS VARCHAR) AS v, row_number() OVER () AS k FROM ${source}`;
  const { columns } = await db.table(
    `SELECT v FROM (SELECT v, k FROM (${numbered}) WHERE v IS NOT NULL ORDER BY hash(k), k LIMIT ${Math.trunc(limit)}) ORDER BY k`,
  );
  return columns['v']?.kind === 'text' ? columns['v'].values.map((text) => text ?? '') : [];
}

function numbersOf(column: { kind: string; values: ArrayLike<unknown> } | undefined): Float64Array {
  return column?.values instanceof Float64Array ? column.values : new Float64Array();
}
