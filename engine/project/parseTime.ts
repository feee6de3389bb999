/**
 * Epoch milliseconds of a time as people and JSON write it; null when it is none. A time without a zone is UTC, as
 * everywhere in the data, not that of the machine.
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
