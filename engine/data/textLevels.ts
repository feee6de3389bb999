import type { Basics, ReadColumn } from './columnBasics.ts';
import type { Database } from './database.ts';
import { counted } from './distinctAndSpread.ts';
import { quoteIdentifier } from './quote.ts';

/** Distinct values of a column, and the ten most frequent of them. */
export interface Levels {
  distinct: number;
  /** False when `distinct` is an estimate. */
  exact: boolean;
  top: { value: string; count: number }[];
}

/** Groups of texts with the same first bits of their hash. */
const groupBits = 12;
const groupCount = 2 ** groupBits;
/** Number of the largest groups whose texts are counted, and of those that stand out. */
const [leastLarge, mostLarge] = [16, 256];

/**
 * Counts the distinct values, and the ten most frequent of them. With many different texts and without `exact`, those of
 * some groups are counted: of the largest for the most frequent, and of one in m, which hold about 65,536 different ones,
 * for their number. With `countKeys`, texts that may differ in every row are counted one by one.
 */
export async function levelsOf(
  db: Database,
  source: string,
  column: ReadColumn,
  { rows, filled, distinct, exact, countKeys }: Basics & { exact: boolean; countKeys: boolean },
): Promise<Levels> {
  if (exact || distinct <= counted || column.type !== 'string') return countLevels(db, source, column);
  const name = quoteIdentifier(column.name);
  const grouped = `(SELECT ${name} AS level, CAST(hash(${name}) >> ${64 - groupBits} AS USMALLINT) AS g FROM ${source} WHERE ${column.filled})`;
  const { columns } = await db.table(`SELECT g::DOUBLE AS g, count(*)::DOUBLE AS n FROM ${grouped} GROUP BY 1`);
  const numbersOf = (key: string) => (columns[key]?.kind === 'number' ? columns[key].values : new Float64Array());
  const [groups, counts] = [numbersOf('g'), numbersOf('n')];
  const sorted = Array.from(groups.keys()).toSorted(
    (a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || (groups[a] ?? 0) - (groups[b] ?? 0),
  );
  const usual = counts[sorted[sorted.length >> 1] ?? 0] ?? 0;
  const large = sorted
    .slice(0, mostLarge)
    .filter((i, place) => place < leastLarge || (counts[i] ?? 0) > 2 * usual)
    .map((i) => groups[i] ?? 0);
  const every = Math.min(groupCount, 2 ** Math.ceil(Math.log2(distinct / counted)));
  const upTo = groupCount / every;
  const levels = `SELECT level, g, count(*) AS n FROM ${grouped} WHERE g < ${upTo} OR g IN (${large.join(', ')}) GROUP BY ALL`;
  const top = await db.rows(
    `WITH levels AS MATERIALIZED (${levels}) SELECT CAST(level AS VARCHAR) AS value, n, (SELECT count(*) FROM levels WHERE g < ${upTo}) AS found FROM levels ORDER BY n DESC, 1 LIMIT 10`,
  );
  const canBeKey = filled === rows && Number(top[0]?.['n'] ?? 0) <= 1;
  if (countKeys && canBeKey) return countLevels(db, source, column);
  return { distinct: Math.min(filled, Number(top[0]?.['found'] ?? 0) * every), exact: every === 1, top: listed(top) };
}

async function countLevels(db: Database, source: string, { name, filled }: ReadColumn): Promise<Levels> {
  const levels = `SELECT ${quoteIdentifier(name)} AS level, count(*) AS n FROM ${source} WHERE ${filled} GROUP BY 1`;
  const top = await db.rows(
    `WITH levels AS MATERIALIZED (${levels}) SELECT CAST(level AS VARCHAR) AS value, n, (SELECT count(*) FROM levels) AS levels FROM levels ORDER BY n DESC, 1 LIMIT 10`,
  );
  return { distinct: Number(top[0]?.['levels'] ?? 0), exact: true, top: listed(top) };
}

function listed(top: readonly Record<string, unknown>[]): Levels['top'] {
  return top.map((row) => ({ value: String(row['value']), count: Number(row['n']) }));
}
