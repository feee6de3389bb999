import type * as told from '../../protocol/dataProfile.ts';
import type { FieldType } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import type { SourceColumn } from './inspectColumns.ts';
import { quoteIdentifier } from './quote.ts';

export type ColumnProfile = told.ColumnProfile & { type: FieldType };

/** SQL of a column: the value as a number, for numbers and times, and whether a value exists. */
export interface ReadColumn extends SourceColumn {
  numeric: boolean;
  value: string;
  filled: string;
}

/** Counts and bounds of a column, from the first pass. */
export interface Basics {
  rows: number;
  filled: number;
  /**
   * Order of magnitude of the number of distinct numbers, times or texts: off by up to a half (HyperLogLog), and by more
   * below 1,000.
   */
  distinct: number;
  row: Record<string, unknown>;
}

export function readColumn(column: SourceColumn): ReadColumn {
  const name = quoteIdentifier(column.name);
  const numeric = column.type === 'number' || column.type === 'integer' || column.type === 'datetime';
  const value =
    column.type === 'datetime'
      ? `epoch_ms(CAST(${name} AS TIMESTAMP))::DOUBLE`
      : numeric
        ? `${name}::DOUBLE`
        : `CAST(${name} AS VARCHAR)`;
  const filled =
    column.sqlType === 'DOUBLE' || column.sqlType === 'FLOAT'
      ? `(${name} IS NOT NULL AND NOT isnan(${name}))`
      : `(${name} IS NOT NULL)`;
  return { ...column, numeric, value, filled };
}

/** True for dates and times of day, of which a profile has the first and the last. */
export function isOrdered(type: FieldType): boolean {
  return type === 'date' || type === 'time';
}

/** The first and the last value of a column of dates; nothing where there is none. */
export function rangeOf(first: unknown, last: unknown): Pick<ColumnProfile, 'range'> {
  return typeof first === 'string' && typeof last === 'string' ? { range: { first, last } } : {};
}

/** Reads counts, bounds and means of all columns in one pass. */
export async function readBasics(db: Database, source: string, columns: readonly ReadColumn[]): Promise<Basics[]> {
  // Aggregates over CASE are several times as fast as aggregates with FILTER, but only columns that can have NaN need it.
  const inner = columns.flatMap(({ name, numeric, value, filled, type, sqlType }, i) => {
    const isFloat = sqlType === 'DOUBLE' || sqlType === 'FLOAT';
    const own = quoteIdentifier(name);
    const kept = [`${isFloat ? `CASE WHEN ${filled} THEN ${own} END` : own} AS o${i}`];
    if (numeric)
      return [...kept, `${isFloat ? `CASE WHEN ${filled} AND isfinite(${value}) THEN ${value} END` : value} AS v${i}`];
    return type === 'string' ? [...kept, `length(${value}) AS v${i}`] : kept;
  });
  const statistics = columns.flatMap(({ numeric, type }, i) => {
    const counts = [
      `count(o${i}) AS c${i}`,
      ...(isOrdered(type) ? [`CAST(min(o${i}) AS VARCHAR) AS f${i}`, `CAST(max(o${i}) AS VARCHAR) AS l${i}`] : []),
    ];
    if (!numeric && type !== 'string') return counts;
    const bounds = [`min(v${i}) AS v${i}_min`, `avg(v${i}) AS v${i}_mean`, `max(v${i}) AS v${i}_max`];
    // The sketch takes longer than the hash, so it gets one of 16 values.
    const distinct = `16 * approx_count_distinct(o${i}) FILTER (hash(o${i}) < ${2n ** 60n}::UBIGINT) AS d${i}`;
    if (!numeric) return [...counts, ...bounds, distinct];
    return [
      ...counts,
      ...bounds,
      distinct,
      `count(v${i}) AS v${i}_finite`,
      `count_if(v${i} = 0) AS v${i}_zeros`,
      `count_if(v${i} < 0) AS v${i}_negative`,
    ];
  });
  const [row = {}] = await db.rows(
    `SELECT ${['count(*) AS n', ...statistics].join(', ')} FROM (SELECT ${inner.join(', ') || '1'} FROM ${source})`,
  );
  return columns.map((_, i) => ({
    rows: Number(row['n']),
    filled: Number(row[`c${i}`]),
    distinct: Number(row[`d${i}`] ?? 0),
    row,
  }));
}
