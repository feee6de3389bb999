import type { DuckDBValue } from '@duckdb/node-api';

type Values = typeof import('@duckdb/node-api');

/**
 * Converts a DuckDB value to plain JavaScript: whole numbers to numbers, times to epoch milliseconds UTC, dates to
 * `YYYY-MM-DD`, lists to arrays, structs to objects.
 */
export function plainValue(values: Values, value: DuckDBValue): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return Number(value);
  const time = epochMilliseconds(values, value);
  if (time !== null) return time;
  if (value instanceof values.DuckDBDecimalValue) return value.toDouble();
  if (value instanceof values.DuckDBListValue || value instanceof values.DuckDBArrayValue)
    return value.items.map((item) => plainValue(values, item));
  if (value instanceof values.DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, plainValue(values, item)]));
  if (value instanceof values.DuckDBMapValue)
    return value.entries.map(({ key, value: item }) => [plainValue(values, key), plainValue(values, item)]);
  return String(value);
}

/** Returns the epoch milliseconds of a timestamp of any precision; null for any other value. */
export function epochMilliseconds(values: Values, value: DuckDBValue): number | null {
  if (value instanceof values.DuckDBTimestampValue || value instanceof values.DuckDBTimestampTZValue)
    return Number(value.micros) / 1000;
  if (value instanceof values.DuckDBTimestampMillisecondsValue) return Number(value.millis);
  if (value instanceof values.DuckDBTimestampSecondsValue) return Number(value.seconds) * 1000;
  if (value instanceof values.DuckDBTimestampNanosecondsValue) return Number(value.nanos) / 1e6;
  return null;
}
