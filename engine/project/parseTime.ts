/** A leap second, in any zone: those differ from UTC by quarters of an hour. */
const leap = /(\d{2}:(?:59|29|14|44)):60/;

/**
 * Parses a time in ISO or a common format to epoch milliseconds; null for any other text. A time without a zone is UTC,
 * as everywhere in the data, not local time. A leap second is the second after 23:59:59, as POSIX counts it.
 */
export function parseTime(text: string): number | null {
  const written = text.trim();
  const zoned =
    /[Tt ]\d{2}:?\d{2}/.test(written) && !/([Zz]|[+-]\d{2}:?\d{2})$/.test(written)
      ? `${written.replace(' ', 'T')}Z`
      : written;
  const ms = leap.test(zoned) ? Date.parse(zoned.replace(leap, '$1:59')) + 1000 : Date.parse(zoned);
  return Number.isNaN(ms) ? null : ms;
}
