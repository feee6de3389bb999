import type { Position, Range, TextEdit } from 'vscode-languageserver';

/** The text that a file has where the answer was made; null when there is none. */
export type TextOf = (uri: string) => string | null;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPosition = (value: unknown): value is Position =>
  isObject(value) && typeof value['line'] === 'number' && typeof value['character'] === 'number';
const isRange = (value: unknown): value is Range =>
  isObject(value) && isPosition(value['start']) && isPosition(value['end']);

const linesOf = new Map<string, string[]>();

/** As LSP tells them apart. */
export function splitLines(text: string): string[] {
  const known = linesOf.get(text);
  if (known) return known;
  const lines = text.split(/\r\n|\n|\r/);
  if (linesOf.size > 50) linesOf.clear();
  linesOf.set(text, lines);
  return lines;
}

export function before(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

/** What is wrong with a range in a text; null when nothing is. */
export function wrongRange(range: Range, text: string): string | null {
  const lines = splitLines(text);
  if (before(range.end, range.start)) return 'ends before it starts';
  for (const { line, character } of [range.start, range.end]) {
    const length = lines[line]?.length;
    if (length === undefined || line < 0) return `line ${line} of ${lines.length}`;
    if (character < 0 || character > length) return `character ${character} of ${length} in line ${line}`;
  }
  return null;
}

/** Every range and position in an answer that is outside of its file. `uri` is the file that was asked about. */
export function wrongPlaces(answer: unknown, uri: string, textOf: TextOf, path = ''): string[] {
  if (Array.isArray(answer)) return answer.flatMap((item, i) => wrongPlaces(item, uri, textOf, `${path}[${i}]`));
  if (!isObject(answer)) return [];
  const own = isObject(answer['textDocument']) ? answer['textDocument']['uri'] : (answer['targetUri'] ?? answer['uri']);
  const here = typeof own === 'string' ? own : uri;
  return Object.entries(answer).flatMap(([key, value]) => {
    const at = `${path}.${key}`;
    if (key === 'data' || key === 'capabilities') return [];
    if (key === 'changes' && isObject(value))
      return Object.entries(value).flatMap(([where, edits]) => wrongPlaces(edits, where, textOf, `${at} ${where}`));
    if (isRange(value)) return wrongAt(value, here, textOf, at);
    if (isPosition(value)) return wrongAt({ start: value, end: value }, here, textOf, at);
    // The places of a call are in the caller's file.
    const from = key === 'fromRanges' && isObject(answer['from']) ? answer['from']['uri'] : undefined;
    if (Array.isArray(value) && value.length > 0 && value.every(isRange))
      return value.flatMap((range) => wrongAt(range, typeof from === 'string' ? from : here, textOf, at));
    return wrongPlaces(value, here, textOf, at);
  });
}

function wrongAt(range: Range, uri: string, textOf: TextOf, path: string): string[] {
  const wrong = wrongRange(range, textOf(uri) ?? '');
  return wrong === null ? [] : [`${path} ${JSON.stringify(range)} in ${uri}: ${wrong}`];
}

/** Edits of one file that cannot be applied together. */
export function overlaps(edits: readonly TextEdit[]): string[] {
  const sorted = edits.toSorted((a, b) =>
    before(a.range.start, b.range.start)
      ? -1
      : before(b.range.start, a.range.start)
        ? 1
        : before(a.range.end, b.range.end)
          ? -1
          : 1,
  );
  return sorted.slice(1).flatMap((edit, i) => {
    const last = sorted[i];
    return last && before(edit.range.start, last.range.end)
      ? [`${JSON.stringify(last)} and ${JSON.stringify(edit)} overlap`]
      : [];
  });
}

/** Semantic tokens that run into each other or past their line. */
export function wrongTokens(data: readonly number[], text: string, types: number): string[] {
  const lines = splitLines(text);
  const wrong: string[] = [];
  let [line, character, end] = [0, 0, 0];
  for (let i = 0; i < data.length; i += 5) {
    const [downs = 0, along = 0, length = 0, type = 0] = data.slice(i, i + 4);
    if (downs > 0) [line, character, end] = [line + downs, 0, 0];
    character += along;
    const at = `token ${i / 5} at ${line}:${character}+${length}`;
    if (downs < 0 || along < 0 || length <= 0 || character < end) wrong.push(`${at} runs into the one before`);
    if (character + length > (lines[line]?.length ?? -1))
      wrong.push(`${at} is outside of its line of ${lines[line]?.length}`);
    if (type >= types) wrong.push(`${at} has the type ${type}`);
    end = character + length;
  }
  return wrong;
}
