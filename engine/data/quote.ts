/** A name as SQL reads it, whatever characters it holds: `a "b"` → `"a ""b"""`. The only way names enter SQL here. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, for the places that take no parameter, such as file lists and COPY targets. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A number as a DOUBLE. Bound as a parameter, a whole number would be an integer, and too large for one from 2^63 on.
 */
export function doubleLiteral(value: number): string {
  return `${quoteLiteral(String(value))}::DOUBLE`;
}
