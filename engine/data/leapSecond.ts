import { quoteLiteral } from './quote.ts';

/** Minutes whose last second can be a leap second: zones differ from UTC by quarters of an hour. */
const leap = '([0-9]{2}:(?:59|29|14|44)):60';

const leapSecond = new RegExp(leap);

/**
 * Returns SQL of a time from a text in which 23:59:60 is the second after 23:59:59, as POSIX counts it: `read` gives the
 * SQL that reads a text without a leap second, which is none for DuckDB.
 */
export function withLeapSeconds(text: string, read: (text: string) => string): string {
  const before = `regexp_replace(${text}, ${quoteLiteral(leap)}, '\\1:59')`;
  return `CASE WHEN contains(${text}, ':60') AND regexp_matches(${text}, ${quoteLiteral(leap)}) THEN ${read(before)} + INTERVAL 1 SECOND ELSE ${read(text)} END`;
}

/** SQL that is true for a text that may have a leap second. */
export function mayLeap(text: string): string {
  return `contains(${text}, ':60')`;
}

/** True for a text with a leap second. */
export function hasLeapSecond(text: string): boolean {
  return text.includes(':60') && leapSecond.test(text);
}
