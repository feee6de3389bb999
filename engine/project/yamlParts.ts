/** A range of a text, in offsets. */
export interface Part {
  start: number;
  end: number;
}

/** A key with its members, each a range of whole lines. */
export interface Section {
  key: Part;
  members: Part[];
  /** True when the members are list items rather than keys. */
  list: boolean;
}

interface Line {
  start: number;
  end: number;
  indent: number;
  /** First character other than a space; empty on blank lines. */
  first: string;
  /** True when the line starts a list item. */
  dash: boolean;
}

/**
 * Returns the top-level entries of a block mapping, each with its lines. Null for any other text: a list, a flow
 * collection, several documents, or a text that is indented as a whole.
 */
export function splitTop(text: string): Part[] | null {
  const parts: Part[] = [];
  for (const line of linesOf(text, 0, text.length)) {
    if (line.first === '' || line.first === '#' || (line.indent > 0 && parts.length > 0)) continue;
    if (line.indent > 0 || line.first === '\t') return null;
    if (/^(?:---|\.\.\.|%|\?(?:\s|$))/.test(text.slice(line.start, line.start + 3))) return null;
    if (continues(line)) {
      if (parts.length === 0) return null;
      continue;
    }
    if (line.first === '{' || line.first === '[') return null;
    parts.push({ start: line.start, end: text.length });
  }
  return closed(parts);
}

/** Returns the members of a section whose key is alone on its line; null when it must be parsed as one. */
export function splitSection(text: string, part: Part): Section | null {
  const header = /^([A-Za-z_][\w.-]*):[ \t]*(?:#[^\n]*)?\r?\n/.exec(
    text.slice(part.start, Math.min(part.end, part.start + 500)),
  );
  if (!header?.[1]) return null;
  let indent = -1;
  let list = false;
  const members: Part[] = [];
  for (const line of linesOf(text, part.start + header[0].length, part.end)) {
    if (line.first === '' || line.first === '#') continue;
    if (line.first === '\t') return null;
    if (indent === -1) {
      indent = line.indent;
      list = line.dash;
      if ((indent === 0 && !list) || line.first === '{' || line.first === '[' || line.first === '?') return null;
    }
    if (line.indent < indent) return null;
    if (line.indent > indent || (continues(line) && !line.dash)) continue;
    if (line.dash !== list || line.first === '?') return null;
    members.push({ start: line.start, end: part.end });
  }
  return members.length === 0
    ? null
    : { key: { start: part.start, end: part.start + header[1].length }, members: closed(members), list };
}

/** True for a line that cannot start an entry: an item of the list above, or the end of a flow collection. */
function continues(line: Line): boolean {
  return line.dash || line.first === '}' || line.first === ']' || line.first === ',';
}

/** Ends each part where the next one starts. */
function closed(parts: Part[]): Part[] {
  return parts.map((part, i) => ({ start: part.start, end: parts[i + 1]?.start ?? part.end }));
}

function* linesOf(text: string, from: number, to: number): Generator<Line> {
  for (let start = from; start < to;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 || newline >= to ? to : newline;
    let at = start;
    while (at < end && text[at] === ' ') at++;
    const first = at >= end || text[at] === '\r' ? '' : (text[at] ?? '');
    const next = text[at + 1];
    yield {
      start,
      end,
      indent: at - start,
      first,
      dash: first === '-' && (next === undefined || next === ' ' || next === '\n' || next === '\r'),
    };
    start = end + 1;
  }
}
