import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { Database } from '../database.ts';
import { quoteLiteral } from '../quote.ts';
import type { ParsedLines } from './parsedLines.ts';
import { isoTime, isTimeField } from './timeText.ts';

const value = '"(?:[^"\\\\]|\\\\.)*"|[^\\s"]*';
const pair = `([^\\s="]+)(?:=(${value}))?`;
const whole = `(?s)\\s*(?:[^\\s="]+(?:=(?:${value}))?(?:\\s+|$))+`;

/**
 * Reads `key=value` pairs. A value in quotes may hold spaces, `\\"` and `\\n`; a key alone is `true`; of a key that
 * occurs twice the first value counts. A line without `=` or with a quote that is not closed does not fit.
 */
export async function logfmtLines(
  db: Database,
  records: string,
  { timezone }: FromLogs,
  schema: DatasetSchema | null,
): Promise<ParsedLines> {
  const from = `(SELECT *, CASE WHEN _lw_fits THEN regexp_extract_all(line, ${quoteLiteral(pair)}, 1) END AS _lw_keys, CASE WHEN _lw_fits THEN regexp_extract_all(line, ${quoteLiteral(`[^\\s="]+(=(?:${value}))?`)}, 1) END AS _lw_values
    FROM (SELECT *, contains(line, '=') AND regexp_full_match(line, ${quoteLiteral(whole)}) AS _lw_fits FROM ${records}))`;
  const names = schema ? schema.fields.map(({ name }) => name) : await keysOf(db, from);
  const columns = names.map((name) => {
    const raw = `coalesce(_lw_values[list_position(_lw_keys, ${quoteLiteral(name)})], '')`;
    const sql = `CASE WHEN list_contains(_lw_keys, ${quoteLiteral(name)}) THEN ${unquoted(raw)} END`;
    return { name, sql: isTimeField(schema, name) ? isoTime(sql, timezone) : sql };
  });
  return { from, columns, fits: '_lw_keys IS NOT NULL' };
}

/** Reads `=value`, `="value"`, `=` and nothing, which is `true`. */
function unquoted(raw: string): string {
  const inner = `substr(${raw}, 3, length(${raw}) - 3)`;
  return `CASE WHEN ${raw} = '' THEN 'true' WHEN starts_with(${raw}, '="') THEN CASE WHEN contains(${raw}, '\\') THEN coalesce(TRY(json_extract_string(substr(${raw}, 2), '$')), ${inner}) ELSE ${inner} END ELSE substr(${raw}, 2) END`;
}

async function keysOf(db: Database, from: string): Promise<string[]> {
  const rows = await db.rows(
    `SELECT key FROM (SELECT unnest(_lw_keys) AS key, generate_subscripts(_lw_keys, 1) AS i, n FROM (SELECT _lw_keys, row_number() OVER () AS n FROM ${from})) GROUP BY key ORDER BY min(n * 10000 + i) LIMIT 1000`,
  );
  const names = rows.map(({ key }) => String(key));
  return names.filter((name, i) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === i);
}
