/** The names among `known` that SQL reads as tables: identifiers outside comments and strings, plain or in double quotes. */
export function tablesIn(sql: string, known: readonly string[]): string[] {
  const bare = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, ' ');
  const words = new Set([...bare.matchAll(/"((?:[^"]|"")+)"|([A-Za-z_][\w]*)/g)].map((match) => (match[1] ?? match[2] ?? '').toLowerCase()));
  return known.filter((name) => words.has(name.toLowerCase()));
}
