/** Finds the start of the entry at the end of a text, because parsing a long file from its start takes too long. */
export function entryStart(text: string): number {
  const section = startOfLine(text, /\n(?=[^\s#])/g, 0);
  const header = lineAt(text, section);
  if (!/^[^\s#'"][^:]*:\s*(#.*)?$/.test(header)) return section;
  const indent = /\n( +)(?=[^\s#])/.exec(text.slice(section))?.[1];
  return indent === undefined ? section : startOfLine(text, new RegExp(`\\n(?=${indent}[^\\s#])`, 'g'), section);
}

/** The line that starts at an offset. */
export function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? undefined : end);
}

/** The start of the last line that matches a pattern, from an offset on. */
function startOfLine(text: string, pattern: RegExp, from: number): number {
  let found = from;
  for (const match of text.slice(from).matchAll(pattern)) found = from + match.index + 1;
  return found;
}
