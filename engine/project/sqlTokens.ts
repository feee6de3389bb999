/** A token of SQL outside comments: a word, a quoted name, or a sign. */
export interface SqlToken {
  kind: 'word' | 'quoted' | 'sign';
  /** Text of the token; for a quoted name, the text between the quotes. */
  text: string;
  start: number;
  end: number;
}

/** Returns a word in lower case; empty for quoted names and signs. */
export const lower = (token: SqlToken | undefined) => (token?.kind === 'word' ? token.text.toLowerCase() : '');

/** Returns the name of a token, with doubled quotes as one; null for a sign. */
export function nameOfToken(token: SqlToken | undefined): string | null {
  if (!token || token.kind === 'sign') return null;
  return token.kind === 'quoted' ? token.text.replaceAll('""', '"') : token.text;
}

export function sqlTokens(sql: string): SqlToken[] {
  const pattern =
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|\$\$[\s\S]*?\$\$|"((?:[^"]|"")*)"|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|[^\s]/gu;
  const tokens: SqlToken[] = [];
  for (const match of sql.matchAll(pattern)) {
    const [text] = match;
    if (/^(--|\/\*)/.test(text)) continue;
    const kind = match[1] === undefined ? (/^[\p{L}_]/u.test(text) ? 'word' : 'sign') : 'quoted';
    tokens.push({ kind, text: match[1] ?? text, start: match.index, end: match.index + text.length });
  }
  return tokens;
}
