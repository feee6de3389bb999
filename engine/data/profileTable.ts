import type { Database } from './database.ts';
import { rangeOf, readBasics, readColumn, type ColumnProfile, type ReadColumn } from './columnBasics.ts';
import { readDistinctAndSpread } from './distinctAndSpread.ts';
import { columnsOf } from './inspectColumns.ts';
import { fewColumns, readsByCells, visitCells } from './cells.ts';
import { inPortions } from './portions.ts';
import { profileCells } from './profileCells.ts';
import { levelsOf } from './textLevels.ts';
import { mostCounted, profileByCounts } from './valueCounts.ts';
import type { TypedCells } from './typedCells.ts';
import { countNumbers, gridsFor, profileNumbers } from './numberProfiles.ts';

export type { NumberProfile } from '../../protocol/dataProfile.ts';
export type { ColumnProfile } from './columnBasics.ts';

export interface ProfileOptions {
  /** Columns to profile. Default: all. */
  columns?: readonly string[];
  /** Number of rows above which many distinct numbers are not counted one by one. Default 200,000. */
  exactRows?: number;
  /**
   * Count texts and whole numbers of a large table that differ in nearly every row one by one, in memory that grows with
   * the rows. Default true.
   */
  countKeys?: boolean;
  onProgress?: (done: number, columns: number) => void;
}

/**
 * Profiles every column of a FROM expression. Large tables are read a few times in parallel and never loaded: a grid
 * finds the cells that hold the quantiles, and only their values are sorted. All figures are exact but for the number of
 * distinct values beyond 65,536 in a large table, which is within 3 %, and the most frequent of so many texts. Throws DataError when the table cannot be read.
 */
export async function profileTable(
  db: Database,
  source: string,
  options: ProfileOptions = {},
): Promise<ColumnProfile[]> {
  const columns = (await columnsOf(db, source))
    .filter(({ name }) => options.columns?.includes(name) ?? true)
    .map(readColumn);
  if (columns.length > fewColumns) {
    const [{ n = 0 } = {}] = await db.rows(`SELECT count(*) AS n FROM ${source}`);
    const rows = Number(n);
    if (readsByCells(columns.length, rows) && rows <= (options.exactRows ?? exactRows))
      return profileByCells(db, source, columns, rows, options);
  }
  const profiles: ColumnProfile[] = [];
  const tell = () => options.onProgress?.(profiles.length, columns.length);
  await inPortions(
    db,
    source,
    columns.map(({ name }) => name),
    (part, names) => {
      const wanted = new Set(names);
      return profileColumns(
        db,
        part,
        columns.filter(({ name }) => wanted.has(name)),
        options,
        profiles,
        tell,
      );
    },
    { size: 100 },
  );
  return profiles;
}

/** Rows up to which all distinct numbers are counted. */
const exactRows = 200_000;

/** Profiles the columns of a wide table with few rows, those of one type at once. */
async function profileByCells(
  db: Database,
  source: string,
  columns: readonly ReadColumn[],
  rows: number,
  { onProgress }: ProfileOptions,
): Promise<ColumnProfile[]> {
  const found = new Map<string, ColumnProfile>();
  const numbered = columns.map((column, c) => ({ ...column, c }));
  await visitCells(db, source, numbered, rows, async (cells) => {
    for (const profile of await profileCells(db, cells)) found.set(profile.name, profile);
    onProgress?.(found.size, columns.length);
  });
  return columns.flatMap(({ name }) => {
    const profile = found.get(name);
    return profile ? [profile] : [];
  });
}

/** As `profileTable`, of typed cells. */
export async function profileTypedCells(
  db: Database,
  { columns, cells }: TypedCells,
  { columns: wanted, onProgress }: Pick<ProfileOptions, 'columns' | 'onProgress'> = {},
): Promise<ColumnProfile[]> {
  const names = new Set(wanted ?? columns.map(({ name }) => name));
  const found = new Map<string, ColumnProfile>();
  for (const one of cells) {
    const own = one.columns.filter(({ name }) => names.has(name));
    if (own.length === 0) continue;
    for (const profile of await profileCells(db, { ...one, columns: own })) found.set(profile.name, profile);
    onProgress?.(found.size, names.size);
  }
  return columns.flatMap(({ name }) => found.get(name) ?? []);
}

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
  const exact = rows <= (options.exactRows ?? exactRows);
  const { countKeys = true } = options;
  const isCounted = columns.map(({ numeric }, i) => !exact && numeric && (basics[i]?.distinct ?? 0) <= mostCounted);
  const others = columns.map((column, i) => (isCounted[i] ? { ...column, numeric: false } : column));
  const spreads = await readDistinctAndSpread(db, source, others, basics, { exact, countKeys });
  const counted = exact ? await countNumbers(db, source, columns, basics) : [];
  const grids = exact ? [] : await gridsFor(db, source, others, basics, spreads);
  for (const [i, column] of columns.entries()) {
    const basic = basics[i] ?? { rows, filled: 0, distinct: 0, row: {} };
    const { filled, row } = basic;
    const base = { name: column.name, type: column.type, rows, missing: rows - filled };
    const values = `(SELECT ${column.value} AS v FROM ${source} WHERE ${column.filled})`;
    const spread = spreads[i] ?? null;
    if (isCounted[i]) {
      const found = await profileByCounts(db, source, column, basic, i);
      profiles.push({ ...base, ...found, exact: true, top: null, lengths: null });
    } else if (column.numeric)
      profiles.push({
        ...base,
        distinct: spread?.distinct ?? 0,
        exact: spread?.exact ?? true,
        top: null,
        lengths: null,
        numbers: await profileNumbers(
          db,
          values,
          row,
          i,
          spread,
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
      const levels = await levelsOf(db, source, column, { ...basic, exact, countKeys });
      profiles.push({ ...base, ...levels, numbers: null, lengths, ...rangeOf(row[`f${i}`], row[`l${i}`]) });
    }
    tell();
  }
}
