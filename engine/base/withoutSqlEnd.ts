const token =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$.*?\$\1\$|--[^\n]*|\/\*.*?\*\/|['"`]|\$\w*\$|\/\*|[^'"`$\-/;\s]+|[$\-/]|;|\s+/gs;

/**
 * Removes semicolons, blanks and comments at the end of a statement, so that it can become part of another one. A text
 * with a quote or comment that does not end only loses its last semicolon.
 */
export function withoutSqlEnd(sql: string): string {
  let end = 0;
  for (const { 0: text, index } of sql.matchAll(token)) {
    if (/^(?:['"`]|\$\w*\$|\/\*)$/.test(text)) return sql.trimEnd().replace(/;\s*$/, '');
    if (!/^(?:;|\s|--|\/\*)/.test(text)) end = index + text.length;
  }
  return sql.slice(0, end);
}
