import { readText } from '../data/reading/readText.ts';
import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';

/** The texts that pandas.read_csv reads as missing by default. */
const missing = [
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
];
const whole = String.raw`\s*[+-]?[0-9]+\s*`;
const number = String.raw`\s*[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|(?i:inf|infinity))\s*`;

/**
 * A SELECT that gives the texts of a CSV file (`source`, all VARCHAR) the types that pandas.read_csv infers: whole
 * numbers, numbers (also whole ones with gaps), booleans, else text; its words for missing are NULL. Whole numbers
 * beyond 64 bits stay text, as there. `names` renames columns.
 */
export async function typedAsPandas(
  db: Database,
  source: string,
  names: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  const columns = await columnsOf(db, source);
  const words = `[${missing.map(quoteLiteral).join(', ')}]`;
  // Not `IN`: DuckDB's optimizer takes seconds to plan one of many words for a hundred columns.
  const known = (name: string) =>
    `CASE WHEN list_contains(${words}, ${quoteIdentifier(name)}) THEN NULL ELSE ${quoteIdentifier(name)} END`;
  const found: Found[] = [];
  for (let i = 0; i < columns.length; i += columnsAtOnce) {
    const part = columns.slice(i, i + columnsAtOnce).map(({ name }) => known(name));
    found.push(...(await countForms(db, source, part)));
  }
  const selected = columns.map(
    ({ name }, i) => `${typed(known(name), found[i])} AS ${quoteIdentifier(names.get(name) ?? name)}`,
  );
  return `SELECT ${selected.join(', ')} FROM ${source}`;
}

/** Number of texts of a column that have each form. */
interface Found {
  rows: number;
  /** Texts that are not missing. */
  known: number;
  whole: number;
  fits: number;
  unsigned: number;
  numbers: number;
  doubles: number;
  booleans: number;
}

/** DuckDB takes minutes to plan one query over the forms of more than a hundred columns. */
const columnsAtOnce = 16;

/** Counts the forms of the texts of some columns; each `value` is an expression that gives a text or NULL. */
async function countForms(db: Database, source: string, values: readonly string[]): Promise<Found[]> {
  const texts = values.map(
    (value, i) => `${value} AS v${i}, regexp_full_match(v${i}, ${quoteLiteral(whole)}) AS w${i}`,
  );
  const counts = values.map((_, i) => {
    const fits = (type: string) => `count(try_cast(trim(v${i}) AS ${type})) FILTER (w${i})`;
    return `
      count(v${i}) AS "n${i}",
      count(*) FILTER (w${i}) AS "w${i}",
      ${fits('BIGINT')} AS "i${i}",
      ${fits('UBIGINT')} AS "u${i}",
      count(*) FILTER (regexp_full_match(v${i}, ${quoteLiteral(number)})) AS "f${i}",
      count(try_cast(ltrim(trim(v${i}), '+') AS DOUBLE)) AS "d${i}",
      count(*) FILTER (lower(v${i}) IN ('true', 'false')) AS "b${i}"`;
  });
  const [row = {}] = await db.rows(
    `SELECT count(*) AS n, ${counts.join(', ')} FROM (SELECT ${texts.join(', ')} FROM ${source})`,
  );
  const of = (key: string) => Number(row[key] ?? 0);
  return values.map((_, i) => ({
    rows: of('n'),
    known: of(`n${i}`),
    whole: of(`w${i}`),
    fits: of(`i${i}`),
    unsigned: of(`u${i}`),
    numbers: of(`f${i}`),
    doubles: of(`d${i}`),
    booleans: of(`b${i}`),
  }));
}

function typed(value: string, found: Found | undefined): string {
  if (!found || found.known === 0) return 'CAST(NULL AS DOUBLE)';
  const { known, rows } = found;
  if (found.booleans === known) return `CAST(${value} AS BOOLEAN)`;
  if (found.whole === known && found.fits === known && known === rows) return `CAST(trim(${value}) AS BIGINT)`;
  if (found.whole === known && known === rows)
    return found.unsigned === known ? `CAST(trim(${value}) AS UBIGINT)` : value;
  const double = `CAST(ltrim(trim(${value}), '+') AS DOUBLE)`;
  return found.numbers === known && found.doubles === known ? double : value;
}

/**
 * Columns whose header is empty, such as the index that pandas writes: ours are `column0`, pandas reads them as
 * `Unnamed: 0`.
 */
export function unnamedColumns(file: string): Map<string, string> {
  return new Map(readText(file).blank.map((position) => [`column${position - 1}`, `Unnamed: ${position - 1}`]));
}
