import type * as told from '../../protocol/dataProfile.ts';
import type { FieldType } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { readBasics, readColumn, type Basics, type ReadColumn } from './columnBasics.ts';
import { columnsOf } from './inspectColumns.ts';
import { countNumbers, gridsFor, profileNumbers } from './numberProfiles.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

export type { NumberProfile } from '../../protocol/dataProfile.ts';
export type ColumnProfile = told.ColumnProfile & { type: FieldType };

export interface ProfileOptions {
  /** Columns to profile. Default: all. */
  columns?: readonly string[];
  /** Number of rows above which quantiles and distinct counts are estimated. Default 200,000. */
  exactRows?: number;
  onProgress?: (done: number, columns: number) => void;
}

/** Distinct counts with an estimate up to this value are exact in any table. */
const countable = 1000;
/** In a large table, texts with more distinct values are not grouped to find the most frequent. */
const groupable = 20_000;

/**
 * Profiles every column of a FROM expression. Large tables are read a few times in parallel and never loaded: their
 * quantiles come from a grid. Their error is at most 1/256 of the standard deviation; with a heavy tail, 1/256 of the
 * interquartile range, and far from the median 1/256 of the distance to it. Throws DataError when the table cannot be
 * read.
 */
export async function profileTable(
  db: Database,
  source: string,
  options: ProfileOptions = {},
): Promise<ColumnProfile[]> {
  const columns = (await columnsOf(db, source))
    .filter(({ name }) => options.columns?.includes(name) ?? true)
    .map(readColumn);
  const profiles: ColumnProfile[] = [];
  const tell = () => options.onProgress?.(profiles.length, columns.length);
  if (columns.length <= portionColumns) await profileColumns(db, source, columns, options, profiles, tell);
  else {
    // A statement over a table of thousands of columns is slow to plan, whatever it reads. The columns are therefore
    // copied in portions.
    for (let from = 0; from < columns.length; from += portionColumns) {
      const portion = columns.slice(from, from + portionColumns);
      const part = `loopwright_part_${++parts}`;
      await db.run(
        `CREATE TEMP TABLE ${part} AS SELECT ${portion.map(({ name }) => quoteIdentifier(name)).join(', ')} FROM ${source}`,
      );
      await profileColumns(db, part, portion, options, profiles, tell);
      await db.run(`DROP TABLE ${part}`);
    }
  }
  return profiles;
}

let parts = 0;
const portionColumns = 100;

async function profileColumns(
  db: Database,
  source: string,
  columns: readonly ReadColumn[],
  options: ProfileOptions,
  profiles: ColumnProfile[],
  tell: () => void,
): Promise<void> {
  const basics = await readBasics(db, source, columns);
  const rows = basics[0]?.rows ?? 0;
  const exact = rows <= (options.exactRows ?? 200_000);
  const distinct = await countDistinct(db, source, columns, basics, exact);
  const counted = exact ? await countNumbers(db, source, columns, basics) : [];
  const grids = exact ? [] : await gridsFor(db, source, columns, basics);
  for (const [i, column] of columns.entries()) {
    const { filled = 0, row = {}, distinct: estimate = 0 } = basics[i] ?? {};
    const base = {
      name: column.name,
      type: column.type,
      rows,
      missing: rows - filled,
      distinct: distinct[i] ?? Math.min(estimate, filled),
      exact: exact || distinct[i] !== undefined,
    };
    const values = `(SELECT ${column.value} AS v FROM ${source} WHERE ${column.filled})`;
    if (column.numeric)
      profiles.push({
        ...base,
        exact,
        top: null,
        lengths: null,
        numbers: await profileNumbers(
          db,
          values,
          row,
          i,
          counted[i] ?? null,
          grids[i] ?? null,
          column.type === 'integer',
        ),
      });
    else {
      const lengths =
        typeof row[`v${i}_min`] === 'number'
          ? { min: Number(row[`v${i}_min`]), mean: Number(row[`v${i}_mean`]), max: Number(row[`v${i}_max`]) }
          : null;
      profiles.push({
        ...base,
        numbers: null,
        top: await topValues(db, source, column, !exact && base.distinct > groupable),
        lengths,
      });
    }
    tell();
  }
}

/** Returns the exact number of distinct values when it is worth counting, otherwise undefined. */
async function countDistinct(
  db: Database,
  source: string,
  columns: readonly ReadColumn[],
  basics: readonly Basics[],
  exact: boolean,
): Promise<(number | undefined)[]> {
  const counted: (number | undefined)[] = columns.map(() => undefined);
  const wanted = columns.flatMap((column, i) =>
    exact || (basics[i]?.distinct ?? 0) <= countable ? [{ column, i }] : [],
  );
  if (wanted.length === 0) return counted;
  // count(DISTINCT) takes longer to set up than a small table takes to collect.
  const small = (basics[0]?.rows ?? 0) <= 20_000;
  const [row = {}] = await db.rows(
    `SELECT ${wanted.map(({ i }) => (small ? `len(list_distinct(list(o${i}))) AS d${i}` : `count(DISTINCT o${i}) AS d${i}`)).join(', ')} FROM (SELECT ${wanted.map(({ column, i }) => `CASE WHEN ${column.filled} THEN ${quoteIdentifier(column.name)} END AS o${i}`).join(', ')} FROM ${source})`,
  );
  for (const { i } of wanted) counted[i] = Number(row[`d${i}`] ?? 0);
  return counted;
}

async function topValues(
  db: Database,
  source: string,
  { value, filled, sqlType }: ReadColumn,
  many: boolean,
): Promise<{ value: string; count: number }[]> {
  const text = sqlType === 'VARCHAR' ? value : `(${value})`;
  let where = filled;
  if (many) {
    const [row] = await db.rows(`SELECT approx_top_k(${text}, 10) FILTER (${filled}) AS top FROM ${source}`);
    const candidates = Array.isArray(row?.['top'])
      ? (row['top'] as unknown[]).filter((item) => item !== null).map((item) => quoteLiteral(String(item)))
      : [];
    if (candidates.length === 0) return [];
    where = `${filled} AND ${text} IN (${candidates.join(', ')})`;
  }
  const top = await db.rows(
    `SELECT ${text} AS value, count(*) AS count FROM ${source} WHERE ${where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`,
  );
  return top.map((row) => ({ value: String(row['value']), count: Number(row['count']) }));
}
