import type { FieldType } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { columnsOf, type SourceColumn } from './inspectColumns.ts';
import { quoteIdentifier } from './quote.ts';

/** What a column looks like. Numbers of times are epoch milliseconds UTC. */
export interface ColumnProfile {
  name: string;
  type: FieldType;
  rows: number;
  /** NULL and NaN. */
  missing: number;
  /** Exact up to about 1,000, beyond estimated (HyperLogLog). */
  distinct: number;
  numbers: NumberProfile | null;
  /** The ten most frequent values of texts, booleans and dates, most first; null for numbers and times. */
  top: { value: string; count: number }[] | null;
}

export interface NumberProfile {
  min: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  max: number;
  mean: number;
  /** Sample standard deviation (n − 1); 0 for a single value. */
  std: number;
  /** 20 equal bins between min and max, the last one closed; one bin when they are equal. `edges` is one longer than `counts`. */
  histogram: { edges: number[]; counts: number[] };
}

const bins = 20;

/** Profiles every column of a FROM-able expression. Infinite numbers are left out of the number profile. Throws DataError when it cannot be read. */
export async function profileTable(db: Database, source: string): Promise<ColumnProfile[]> {
  const columns = await columnsOf(db, source);
  const profiles: ColumnProfile[] = [];
  for (const column of columns) profiles.push(await profileColumn(db, source, column));
  return profiles;
}

async function profileColumn(db: Database, source: string, { name, type, sqlType }: SourceColumn): Promise<ColumnProfile> {
  const column = quoteIdentifier(name);
  const numeric = type === 'number' || type === 'integer' || type === 'datetime';
  const value = type === 'datetime' ? `epoch_ms(CAST(${column} AS TIMESTAMP))::DOUBLE` : `${column}::DOUBLE`;
  const filled = sqlType === 'DOUBLE' || sqlType === 'FLOAT' ? `(${column} IS NOT NULL AND NOT isnan(${column}))` : `(${column} IS NOT NULL)`;
  const [counts = {}] = await db.rows(`SELECT count(*) AS rows, count(*) FILTER (${filled}) AS present, approx_count_distinct(${column}) FILTER (${filled}) AS distinct_values FROM ${source}`);
  const rows = Number(counts['rows']);
  let distinct = Number(counts['distinct_values']);
  if (distinct <= 1000) {
    distinct = Number((await db.rows(`SELECT count(DISTINCT ${column}) FILTER (${filled}) AS n FROM ${source}`))[0]?.['n'] ?? 0);
  }
  const base = { name, type, rows, missing: rows - Number(counts['present']), distinct };
  if (numeric) return { ...base, numbers: await profileNumbers(db, `(SELECT ${value} AS v FROM ${source} WHERE ${filled})`), top: null };
  const top = await db.rows(`SELECT CAST(${column} AS VARCHAR) AS value, count(*) AS count FROM ${source} WHERE ${filled} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`);
  return { ...base, numbers: null, top: top.map((row) => ({ value: String(row['value']), count: Number(row['count']) })) };
}

async function profileNumbers(db: Database, values: string): Promise<NumberProfile | null> {
  const finite = `(SELECT v FROM ${values} WHERE isfinite(v))`;
  const [row = {}] = await db.rows(`SELECT min(v) AS min, max(v) AS max, avg(v) AS mean, coalesce(stddev_samp(v), 0) AS std,
    quantile_cont(v, [0.05, 0.25, 0.5, 0.75, 0.95]) AS q FROM ${finite}`);
  if (typeof row['min'] !== 'number' || typeof row['max'] !== 'number') return null;
  const { min, max } = row as { min: number; max: number };
  const [q05 = min, q25 = min, median = min, q75 = min, q95 = min] = row['q'] as number[];
  const width = (max - min) / bins;
  const count = width > 0 ? bins : 1;
  const counted = await db.rows(`SELECT least(${count - 1}, CAST(floor(${width > 0 ? '(v - $min) / $width' : '0'}) AS INTEGER)) AS bin, count(*) AS n FROM ${finite} GROUP BY 1`, width > 0 ? { min, width } : undefined);
  const counts = Array.from({ length: count }, () => 0);
  for (const { bin, n } of counted) counts[Number(bin)] = Number(n);
  const edges = Array.from({ length: count + 1 }, (_, i) => (i === count ? max : min + i * width));
  return { min, q05, q25, median, q75, q95, max, mean: Number(row['mean']), std: Number(row['std']), histogram: { edges, counts } };
}
