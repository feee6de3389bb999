/**
 * Parses a time in ISO or a common format to epoch milliseconds; null for any other text. A time without a zone is UTC,
 * as everywhere in the data, not local time.
 */
export function parseTime(text: string): number | null {
  const written = text.trim();
  const zoned =
    /[Tt ]\d{2}:?\d{2}/.test(written) && !/([Zz]|[+-]\d{2}:?\d{2})$/.test(written)
      ? `${written.replace(' ', 'T')}Z`
      : written;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? null : ms;
}
