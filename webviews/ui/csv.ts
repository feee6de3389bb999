import { spreadsheetText } from '../../words/spreadsheetText.ts';

/** A table as CSV (RFC 4180) for people: quoted where necessary, with CRLF line ends, and no text is a formula. */
export function csvOf(header: readonly string[], rows: Iterable<readonly (string | number | null)[]>): string {
  const parts = [header.map(field).join(',')];
  for (const row of rows) parts.push(row.map(field).join(','));
  return `${parts.join('\r\n')}\r\n`;
}

function field(value: string | number | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? spreadsheetText(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
