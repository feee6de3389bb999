/** Quotes a name for SQL, whatever characters it contains: `a "b"` → `"a ""b"""`. All names enter SQL through it. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text as an SQL literal, for places without parameters such as file lists and COPY targets. */
export function quoteLiteral(text: string): string {
  const quoted = (part: string) => `'${part.replaceAll("'", "''")}'`;
  // DuckDB takes a NUL character for the end of a statement.
  return text.includes('\0') ? `(${text.split('\0').map(quoted).join(' || chr(0) || ')})` : quoted(text);
}

/** Quotes the path of one file that DuckDB reads: it takes `[`, `*` and `?` in a path for wildcards. */
export function quotePath(path: string): string {
  return quoteLiteral(path.replaceAll(/[[*?]/g, (mark) => `[${mark}]`));
}

/**
 * Returns a number as a DOUBLE literal. As a parameter, a whole number would be an integer, which overflows from 2^63
 * on.
 */
export function doubleLiteral(value: number): string {
  return `${quoteLiteral(String(value))}::DOUBLE`;
}

/** Quotes a name for MySQL and MariaDB, in every SQL mode. */
export function quoteMysqlIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Returns a text as a literal of MySQL and MariaDB that does not depend on how the server treats backslashes. */
export function mysqlTextLiteral(text: string): string {
  return `_utf8mb4 X'${Buffer.from(text, 'utf8').toString('hex')}'`;
}
