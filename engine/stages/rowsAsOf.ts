import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import { timestampOf } from '../project/timestampOf.ts';

/**
 * The rows of the source up to a time. A row whose own time cannot be read counts from the first time in its file on.
 */
export function rowsAsOf(
  source: string,
  schema: DatasetSchema | null,
  columns: readonly string[],
  time: number | null,
): string {
  const column = timestampOf(schema);
  if (time === null || column === null || !columns.includes(column)) return source;
  const at = `TRY_CAST(${quoteIdentifier(column)} AS TIMESTAMP)`;
  const first = `min(${at}) OVER (PARTITION BY _file)`;
  return `(SELECT * EXCLUDE (_at) FROM (SELECT *, coalesce(${at}, ${first}) AS _at FROM ${source}) WHERE _at <= TRY_CAST(${quoteLiteral(new Date(time).toISOString())} AS TIMESTAMP))`;
}
