import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { withLeapSeconds } from '../leapSecond.ts';
import { quoteLiteral } from '../quote.ts';
import type { ParsedLines } from './parsedLines.ts';
import { isTimeField, monthNumber } from './timeText.ts';

/** Columns of the formats `common` and `combined`. */
export const accessColumns = {
  common: ['vhost', 'host', 'identity', 'user', 'time', 'method', 'path', 'protocol', 'request', 'status', 'bytes'],
  combined: ['referer', 'agent', 'rest'],
} as const;

const quoted = '"((?:[^"\\\\]|\\\\.)*)"';
const tail = `\\[([^\\]]+)\\] ${quoted} ([0-9]{3}|-) ([0-9]+|-)(?: ${quoted} ${quoted})?(.*)$`;
const address = '[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*';
const plainLine = `^(\\S+) (\\S+) (.+?) ${tail}`;
const vhostLine = `^(\\S+) (${address}) (\\S+) (.+?) ${tail}`;
const names = ['host', 'identity', 'user', 'time', 'request', 'status', 'bytes', 'referer', 'agent', 'rest'];
const list = (texts: readonly string[]) => `[${texts.map(quoteLiteral).join(', ')}]`;

/**
 * Reads the access logs of Apache and nginx. Most lines are split at their quotes and spaces; those with escaped quotes,
 * a user with spaces, a time of another form or more fields are read by a regular expression. `-` is missing. A request
 * that is not `METHOD PATH PROTOCOL` is in `request`, and what follows the user agent in `rest`.
 */
export function accessLines(records: string, { format }: FromLogs, schema: DatasetSchema | null): ParsedLines {
  const parts =
    format === 'common'
      ? '_lw_p[2] IS NOT NULL AND len(_lw_p) = 3'
      : "len(_lw_p) = 7 AND _lw_p[7] = '' AND _lw_p[5] = ' '";
  const head = `len(_lw_h) = 6 AND _lw_h[6] = '' AND starts_with(_lw_h[4], '[') AND length(_lw_h[4]) = 21 AND length(_lw_h[5]) = 6 AND ends_with(_lw_h[5], ']')`;
  const request = `len(_lw_q) = 3 AND starts_with(_lw_q[3], 'HTTP/')`;
  const status = `len(_lw_s) = ${format === 'common' ? 3 : 4} AND TRY_CAST(_lw_s[2] AS USMALLINT) IS NOT NULL AND (_lw_s[3] = '-' OR TRY_CAST(_lw_s[3] AS UBIGINT) IS NOT NULL)`;
  const split = `(SELECT *, string_split(line, '"') AS _lw_p FROM ${records})`;
  const fields = `(SELECT *, string_split(_lw_p[1], ' ') AS _lw_h, string_split(_lw_p[2], ' ') AS _lw_q, string_split(_lw_p[3], ' ') AS _lw_s FROM ${split})`;
  const fast = `(SELECT *, coalesce(${parts} AND ${head} AND ${request} AND ${status} AND NOT contains(line, '\\'), false) AS _lw_fast FROM ${fields})`;
  const vhost = `CASE WHEN _lw_fast THEN NULL WHEN regexp_matches(line, ${quoteLiteral(vhostLine)}) THEN regexp_extract(line, ${quoteLiteral(vhostLine)}, ${list(['vhost', ...names])}) END`;
  const plain = `CASE WHEN _lw_fast OR _lw_v IS NOT NULL THEN NULL WHEN regexp_matches(line, ${quoteLiteral(plainLine)}) THEN regexp_extract(line, ${quoteLiteral(plainLine)}, ${list(names)}) END`;
  const from = `(SELECT *, ${plain} AS _lw_r FROM (SELECT *, ${vhost} AS _lw_v FROM ${fast}))`;
  const slowly = (name: string) => `coalesce(_lw_v."${name}", _lw_r."${name}")`;
  const value = (quick: string, name: string) => `CASE WHEN _lw_fast THEN ${quick} ELSE ${unescaped(slowly(name))} END`;
  const present = (sql: string) => `nullif(nullif(${sql}, '-'), '')`;
  const form = '^(\\S+) (.*?)(?: (HTTP/[0-9.]+))?$';
  const requestPart = (quick: string, group: number) => {
    const text = unescaped(slowly('request'));
    return `CASE WHEN _lw_fast THEN ${quick} WHEN regexp_matches(${slowly('request')}, '^[A-Za-z]+ ') THEN nullif(regexp_extract(${text}, ${quoteLiteral(form)}, ${group}), '') END`;
  };
  const all: Record<string, string> = {
    vhost: "nullif(_lw_v.vhost, '')",
    host: value('_lw_h[1]', 'host'),
    identity: present(value('_lw_h[2]', 'identity')),
    user: present(value('_lw_h[3]', 'user')),
    time: timeOf(schema, slowly('time')),
    method: requestPart('_lw_q[1]', 1),
    path: requestPart('_lw_q[2]', 2),
    protocol: requestPart('_lw_q[3]', 3),
    request: `CASE WHEN NOT _lw_fast AND NOT regexp_matches(${slowly('request')}, '^[A-Za-z]+ ') THEN ${unescaped(slowly('request'))} END`,
    status: `TRY_CAST(CASE WHEN _lw_fast THEN _lw_s[2] ELSE ${slowly('status')} END AS BIGINT)`,
    bytes: `TRY_CAST(CASE WHEN _lw_fast THEN _lw_s[3] ELSE ${slowly('bytes')} END AS BIGINT)`,
    referer: present(value('_lw_p[4]', 'referer')),
    agent: present(value('_lw_p[6]', 'agent')),
    rest: `CASE WHEN NOT _lw_fast THEN nullif(trim(${slowly('rest')}), '') END`,
  };
  const wanted = [...accessColumns.common, ...(format === 'combined' ? accessColumns.combined : [])];
  const declared = schema?.fields.map(({ name }) => name);
  const columns = wanted.flatMap((name) =>
    declared === undefined || declared.includes(name)
      ? [{ name, sql: all[name] ?? 'NULL', isTimestamp: name === 'time' && isTimeColumn(schema) }]
      : [],
  );
  const whole = format === 'common' ? ` AND ${slowly('rest')} = '' AND ${slowly('agent')} = ''` : '';
  // A time that is none, such as the 32nd of a month, is no line of the format.
  const timed = columns.some(({ name }) => name === 'time') ? ` AND (${all['time']}) IS NOT NULL` : '';
  return { from, columns, fits: `(_lw_fast OR ((_lw_v IS NOT NULL OR _lw_r IS NOT NULL)${whole}))${timed}` };
}

function isTimeColumn(schema: DatasetSchema | null): boolean {
  return schema === null || !schema.fields.some(({ name }) => name === 'time') || isTimeField(schema, 'time');
}

/** Returns the time as a TIMESTAMP in UTC, or as written for a field of another type or with a form of its own. */
function timeOf(schema: DatasetSchema | null, slow: string): string {
  if (!isTimeColumn(schema))
    return `CASE WHEN _lw_fast THEN substr(_lw_h[4], 2) || ' ' || substr(_lw_h[5], 1, 5) ELSE ${slow} END`;
  // Reading the time alone is several times faster than reading it with its offset.
  const offset = (zone: string) =>
    `to_minutes(TRY_CAST(substr(${zone}, 1, 1) || '1' AS INTEGER) * (60 * TRY_CAST(substr(${zone}, 2, 2) AS INTEGER) + TRY_CAST(substr(${zone}, 4, 2) AS INTEGER)))`;
  const local = withLeapSeconds('_lw_h[4]', (text) => `try_strptime(${text}, '[%d/%b/%Y:%H:%M:%S')`);
  const quick = `CASE WHEN _lw_h[5] = '+0000]' THEN ${local} ELSE ${local} - ${offset('_lw_h[5]')} END`;
  const iso = (time: string, zone: string) =>
    `(substr(${time}, 8, 4) || '-' || ${monthNumber(`substr(${time}, 4, 3)`)} || '-' || substr(${time}, 1, 2) || ' ' || substr(${time}, 13, 8) || ${zone})`;
  const zone = (text: string) => `substr(${text}, 1, 3) || ':' || substr(${text}, 4, 2)`;
  const other = `CASE WHEN regexp_matches(${slow}, '^[0-9]{2}/') THEN ${iso(slow, zone(`substr(${slow}, 22)`))} ELSE ${slow} END`;
  return `CASE WHEN _lw_fast THEN ${quick} ELSE ${withLeapSeconds(`(${other})`, (text) => `CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP)`)} END`;
}

/** Apache writes a quote as `\\"`, nginx as `\\x22`. */
function unescaped(text: string): string {
  return `CASE WHEN contains(${text}, '\\') THEN replace(replace(replace(replace(${text}, '\\"', '"'), '\\x22', '"'), '\\x5C', '\\'), '\\\\', '\\') ELSE ${text} END`;
}
