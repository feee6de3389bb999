/** A table as CSV (RFC 4180): quoted where necessary, with CRLF line ends. */
export function csvOf(header: readonly string[], rows: Iterable<readonly (string | number | null)[]>): string {
  const parts = [header.map(field).join(',')];
  for (const row of rows) parts.push(row.map(field).join(','));
  return `${parts.join('\r\n')}\r\n`;
}

function field(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
