import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import { quoteLiteral } from '../quote.ts';

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Returns the number of a month, `01` to `12`, from SQL for its first three letters. */
export function monthNumber(name: string): string {
  return `lpad(CAST((strpos(${quoteLiteral(months)}, ${name}) + 2) // 3 AS VARCHAR), 2, '0')`;
}

/**
 * Returns SQL that writes the usual times of logs as ISO 8601: those with a comma before the fraction, with slashes, of
 * access logs, of syslog (this year, or the one before for a month to come), and seconds, milliseconds, microseconds or
 * nanoseconds since 1970. A time without a zone is one of `timezone`, which is UTC by default. Other texts stay.
 */
export function isoTime(text: string, timezone: string | undefined): string {
  const value = `trim(${text})`;
  const access = `(substr(${value}, 8, 4) || '-' || ${monthNumber(`substr(${value}, 4, 3)`)} || '-' || substr(${value}, 1, 2) || 'T' || substr(${value}, 13, 8) || substr(${value}, 22))`;
  const year = new Date().getUTCFullYear();
  const syslog = (of: number) =>
    `try_strptime('${of} ' || regexp_replace(${value}, ' +', ' ', 'g'), '%Y %b %d %H:%M:%S')`;
  const local = `replace(replace(${value}, ',', '.'), '/', '-')`;
  const digits = `length(split_part(${value}, '.', 1))`;
  const epoch = (unit: string) =>
    `strftime(make_timestamp(CAST(TRY_CAST(${value} AS DECIMAL(38, 6)) ${unit} AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%fZ')`;
  const usual =
    timezone === undefined ? `WHEN substr(${text}, 5, 1) = '-' AND NOT contains(${text}, ',') THEN ${text}` : '';
  return `CASE ${usual}
    WHEN regexp_full_match(${value}, '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[T ].*') THEN ${zoned(local, timezone)}
    WHEN regexp_full_match(${value}, '[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:.*') THEN ${zoned(access, timezone)}
    WHEN regexp_full_match(${value}, '[A-Z][a-z]{2} +[0-9]{1,2} [0-9:]{8}') THEN ${zoned(
      `CAST(CASE WHEN ${syslog(year)} > now()::TIMESTAMP + INTERVAL 1 DAY THEN ${syslog(year - 1)} ELSE ${syslog(year)} END AS VARCHAR)`,
      timezone,
    )}
    WHEN regexp_full_match(${value}, '[0-9]{9,19}([.][0-9]+)?') THEN CASE
      WHEN ${digits} <= 11 THEN ${epoch('* 1000000')} WHEN ${digits} <= 14 THEN ${epoch('* 1000')}
      WHEN ${digits} <= 17 THEN ${epoch('')} ELSE ${epoch('/ 1000')} END
    ELSE ${text} END`;
}

/** Reads a local time in a zone; a time with an offset stays. */
function zoned(text: string, timezone: string | undefined): string {
  if (timezone === undefined) return text;
  const utc = `strftime(CAST(timezone(${quoteLiteral(timezone)}, TRY_CAST(${text} AS TIMESTAMP)) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`;
  return `CASE WHEN regexp_matches(${text}, '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$') AND length(${text}) > 16 THEN ${text} ELSE coalesce(${utc}, ${text}) END`;
}

/**
 * True for a field whose times may be written in any of these forms: one without a form of its own, or without a schema
 * one with the name of a time.
 */
export function isTimeField(schema: DatasetSchema | null, name: string): boolean {
  if (schema === null) return /^(@?time(stamp)?|ts|date|datetime|asctime)$/i.test(name);
  const field = schema.fields.find((candidate) => candidate.name === name);
  return field?.type === 'datetime' && field.format?.includes('%') !== true;
}
