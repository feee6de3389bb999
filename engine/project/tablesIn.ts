/** The names among `known` that SQL reads as tables: identifiers outside comments and strings, plain or in double quotes. */
export function tablesIn(sql: string, known: readonly string[]): string[] {
  const bare = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, ' ');
  const words = new Set([...bare.matchAll(/"((?:[^"]|"")+)"|([A-Za-z_][\w]*)/g)].map((match) => (match[1] ?? match[2] ?? '').toLowerCase()));
  return known.filter((name) => words.has(name.toLowerCase()));
}

/** Where SQL surely means the table of a name: after FROM, JOIN or a comma of FROM, and before a dot. Comments and strings are passed over; ranges are of the name alone. */
export function tableUses(sql: string, name: string): { start: number; end: number }[] {
  const bare = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, (found) => ' '.repeat(found.length));
  const word = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(?:\\b(?:from|join)\\s+"?)(${word})\\b|(?<![\\w.])"?(${word})"?(?=\\s*\\.\\s*["\\w*])`, 'gi');
  return [...bare.matchAll(pattern)].map((match) => {
    const start = match.index + match[0].toLowerCase().lastIndexOf(name.toLowerCase());
    return { start, end: start + name.length };
  });
}
