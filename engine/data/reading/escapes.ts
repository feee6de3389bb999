import { isNumber, isYear } from './cellKinds.ts';

/** Characters that a letter behind a backslash stands for, as PostgreSQL, MySQL, ClickHouse and jq write them. */
const letters: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
  Z: '\u001a',
};

/** Number of characters of the longest escape, with its backslash: `\012`. */
export const longestEscape = 4;

/** The line that ends the rows of COPY in a dump. */
export const endOfCopy = '\\.';

/**
 * Returns the text of an escape whose backslash is in front of `at`, and the number of its characters behind the
 * backslash. `\N` stays as it is written: it means no value. An escape of no meaning is its character.
 */
export function escapeAt(text: string, at: number, delimiter: string): { text: string; length: number } {
  if (text.startsWith(delimiter, at)) return { text: delimiter, length: delimiter.length };
  const c = text.charAt(at);
  if (c === 'N') return { text: '\\N', length: 1 };
  const [digits = ''] = /^(?:x[0-9a-fA-F]{1,2}|[0-7]{3})/.exec(text.slice(at, at + 3)) ?? [];
  const code = digits === '' ? 128 : digits.startsWith('x') ? parseInt(digits.slice(1), 16) : parseInt(digits, 8);
  if (code < 128) return { text: String.fromCharCode(code), length: digits.length };
  return { text: letters[c] ?? c, length: 1 };
}

/** What the backslashes of some lines show. */
interface Seen {
  /** Backslashes in front of a backslash, or of a letter that stands for a control character. */
  escapes: number;
  /** Backslashes in front of the delimiter, of a line end, or in the line `\.`. */
  structure: number;
  /** Fields that are `\N`. */
  none: number;
}

/**
 * True when each backslash of a text starts an escape that PostgreSQL (COPY), MySQL (INTO OUTFILE, mysqldump --tab),
 * ClickHouse or jq (@tsv) write, and its fields are not in quotes. With other delimiters than tabs, an escaped delimiter,
 * `\N` or `\.` must be among them. Paths of Windows and JSON with escapes of its own are no such text.
 */
export function hasEscapes(lines: readonly string[], delimiter: string): boolean {
  const seen: Seen = { escapes: 0, structure: 0, none: 0 };
  // Names are no evidence: Eurostat writes `geo\time`.
  const header = lines.find((line) => line.trim() !== '') ?? '';
  const inNames: Seen = { escapes: 0, structure: 0, none: 0 };
  const areNames = !header.split(delimiter).some((cell) => isNumber(cell) && !isYear(cell));
  let [filled, quoted] = [0, 0];
  let isContinued = false;
  for (const line of lines) {
    if (line !== '') filled++;
    if (/^".*"$/.test(line) || line.includes(`${delimiter}"`)) quoted += fieldsInQuotes(line, delimiter) > 0 ? 1 : 0;
    if (line.includes('\\')) {
      if (!isContinued && line === endOfCopy) seen.structure++;
      else if (!readEscapes(line, delimiter, areNames && filled === 1 ? inNames : seen)) return false;
    }
    isContinued = endsInEscape(line);
  }
  if (inNames.escapes > 0 && seen.escapes === 0) return false;
  const isTab = delimiter === '\t';
  if (quoted > filled / 2) return false;
  if (seen.structure > 0) return isTab || seen.escapes > 0 || seen.none > 0;
  return seen.escapes > 0 && (isTab || seen.none > 0);
}

/** True when the backslash at the end of a line is not escaped itself. */
export function endsInEscape(line: string): boolean {
  return line.endsWith('\\') && (/(?<!\\)\\+$/.exec(line)?.[0].length ?? 0) % 2 === 1;
}

function fieldsInQuotes(line: string, delimiter: string): number {
  return line.split(delimiter).filter((field) => field.length > 1 && field.startsWith('"') && field.endsWith('"'))
    .length;
}

/** Notes the escapes of a line. Returns false when a backslash starts none. */
function readEscapes(line: string, delimiter: string, seen: Seen): boolean {
  if (/(^|[^\p{L}])[A-Za-z]:\\(?!\\|$)/u.test(line)) return false;
  let [start, hasEscape] = [0, false];
  for (let at = 0; at <= line.length; at++) {
    if (at === line.length || line.startsWith(delimiter, at)) {
      if (hasEscape && isJsonItself(line.slice(start, at), delimiter)) return false;
      [start, hasEscape] = [at + delimiter.length, false];
      at += delimiter.length - 1;
    } else if (line[at] === '\\') {
      const next = line.charAt(at + 1);
      if (next === '' || line.startsWith(delimiter, at + 1)) seen.structure++;
      else if (next === 'N') {
        const end = at + 2;
        if (at !== start || (end < line.length && !line.startsWith(delimiter, end))) return false;
        seen.none++;
      } else if (next === '\\' || next === "'" || letters[next] !== undefined) {
        if (next !== "'") seen.escapes++;
        hasEscape = true;
      } else return false;
      at += line.startsWith(delimiter, at + 1) ? delimiter.length : 1;
    }
  }
  return true;
}

/** True for JSON that its escapes belong to: without them it would be none. */
function isJsonItself(field: string, delimiter: string): boolean {
  if (!/^\s*[[{"]/.test(field) || !isJson(field)) return false;
  return !isJson(field.replaceAll(/\\(.)/gs, (_found, c: string) => escapeAt(c, 0, delimiter).text));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
