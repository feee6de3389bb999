/** A word, a name in double quotes, or anything else of SQL outside comments. */
export interface SqlToken {
  kind: 'word' | 'quoted' | 'sign';
  /** The name; of a quoted one what stands between the quotes. */
  text: string;
  start: number;
  end: number;
}

/** The word in lower case; empty for names in quotes and signs. */
export const lower = (token: SqlToken | undefined) => (token?.kind === 'word' ? token.text.toLowerCase() : '');

/** The name that a token gives, with doubled quotes read as one; null for a sign. */
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
