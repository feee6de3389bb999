import { entryOf, nodeAt, type Entry, type Located, type Range } from './located.ts';
import type { Parsed } from './parseYaml.ts';

/** The part of a file that an edit needs; a ConfigFile has it. */
export interface Editable {
  path: string;
  parsed: Parsed;
}

/** A replacement in a file, in offsets of its text. */
export interface Edit {
  file: Editable;
  range: Range;
  text: string;
}

type Path = readonly (string | number)[];
type MapNode = Extract<Located, { kind: 'map' }>;

/**
 * Replaces or inserts the value at a path, with missing parent mappings. `value` is YAML in flow style. Null where the
 * path is a list item or a merged value.
 */
export function setAt(file: Editable, path: Path, value: string): Edit | null {
  const existing = nodeAt(file.parsed.root ?? undefined, path);
  if (existing && !isEmpty(existing)) return { file, range: existing.range, text: value };
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const parent = nodeAt(file.parsed.root ?? undefined, path.slice(0, depth));
    if (!parent || isEmpty(parent)) continue;
    const [key, ...rest] = path.slice(depth).map(String);
    if (key === undefined) return null;
    if (parent.kind === 'map')
      return entryOf(parent, key)
        ? fillEntry(file, parent, key, rest, value)
        : insertInto(file, parent, key, nested(rest, value));
    return null;
  }
  return null;
}

/** Renames a key and keeps its value. */
export function renameKey(file: Editable, path: Path, name: string): Edit | null {
  const entry = ownEntry(file, path);
  return entry ? { file, range: entry.keyRange, text: name } : null;
}

/** Replaces the value at a path; null when there is none. */
export function replaceValue(file: Editable, path: Path, value: string): Edit | null {
  const node = nodeAt(file.parsed.root ?? undefined, path);
  return node ? { file, range: node.range, text: value } : null;
}

/** Removes a key with its value, or a list item, together with its comma or line. */
export function removeAt(file: Editable, path: Path): Edit | null {
  const parent = nodeAt(file.parsed.root ?? undefined, path.slice(0, -1));
  const last = path.at(-1);
  const { text } = file.parsed;
  const spans =
    parent?.kind === 'map'
      ? parent.entries.filter((entry) => !entry.merged).map(entrySpan)
      : parent?.kind === 'seq'
        ? parent.items.map((item) => item.range)
        : [];
  const at =
    parent?.kind === 'map'
      ? parent.entries.filter((entry) => !entry.merged).findIndex((entry) => entry.key === last)
      : Number(last);
  const span = spans[at];
  if (!span || !parent) return null;
  if (inFlow(parent, text)) {
    const next = spans[at + 1];
    if (next) return { file, range: { start: span.start, end: next.start }, text: '' };
    const before = spans[at - 1];
    return { file, range: { start: before ? before.end : span.start, end: span.end }, text: '' };
  }
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  return { file, range: { start, end: lineEnd(text, trimmedEnd(text, span.end)) + 1 }, text: '' };
}

/** Appends an item to a list that exists and is not empty. */
export function appendItem(file: Editable, path: Path, value: string): Edit | null {
  const list = nodeAt(file.parsed.root ?? undefined, path);
  if (list?.kind !== 'seq') return null;
  const { text } = file.parsed;
  const last = list.items.at(-1);
  if (inFlow(list, text)) {
    const end = last ? last.range.end : list.range.start + 1;
    return { file, range: { start: end, end }, text: last ? `, ${value}` : value };
  }
  if (!last) return null;
  const dash = text.lastIndexOf('-', last.range.start);
  const indent = text.slice(text.lastIndexOf('\n', dash) + 1, dash);
  return insertLine(file, trimmedEnd(text, last.range.end), `${/^\s*$/.test(indent) ? indent : ''}- ${value}`);
}

/** Returns a name as YAML: plain where that is safe, otherwise in quotes. */
export function yamlText(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name
    : JSON.stringify(name);
}

/** A key; metrics such as `pr_auc@champion` and `x[y]` need no quotes outside flow mappings. */
export function yamlKey(name: string, flow: boolean): string {
  return !flow && /^[A-Za-z_][\w.@-]*(\[[\w.-]+\])?(@\w+)?$/.test(name) ? name : yamlText(name);
}

function isEmpty(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null && node.range.start === node.range.end;
}

function nested(keys: readonly string[], value: string): string {
  return keys.reduceRight((inner, key) => `{ ${yamlKey(key, true)}: ${inner} }`, value);
}

/** Adds a value to a key without one. */
function fillEntry(file: Editable, parent: MapNode, key: string, rest: readonly string[], value: string): Edit | null {
  const entry = entryOf(parent, key);
  if (!entry || entry.merged || !isEmpty(entry.value)) return null;
  const colon = file.parsed.text.indexOf(':', entry.keyRange.end);
  return colon === -1 ? null : { file, range: { start: colon + 1, end: colon + 1 }, text: ` ${nested(rest, value)}` };
}

function insertInto(file: Editable, parent: MapNode, key: string, value: string): Edit | null {
  const { text } = file.parsed;
  const own = parent.entries.filter((entry) => !entry.merged);
  const last = own.at(-1);
  if (inFlow(parent, text)) {
    const pair = `${yamlKey(key, true)}: ${value}`;
    if (last) {
      const end = entrySpan(last).end;
      return { file, range: { start: end, end }, text: `, ${pair}` };
    }
    return { file, range: parent.range, text: `{ ${pair} }` };
  }
  const first = own[0];
  if (!last || !first) return null;
  const indent = ' '.repeat(first.keyRange.start - (text.lastIndexOf('\n', first.keyRange.start - 1) + 1));
  return insertLine(file, trimmedEnd(text, entrySpan(last).end), `${indent}${yamlKey(key, false)}: ${value}`);
}

/** Inserts a line after the line that contains an offset. */
function insertLine(file: Editable, offset: number, line: string): Edit {
  const { text } = file.parsed;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const end = lineEnd(text, offset);
  const at = text[end - 1] === '\r' ? end - 1 : end;
  return { file, range: { start: at, end: at }, text: `${newline}${line}` };
}

function entrySpan(entry: Entry): Range {
  return { start: entry.keyRange.start, end: Math.max(entry.keyRange.end, entry.value.range.end) };
}

function ownEntry(file: Editable, path: Path): Entry | null {
  const entry = entryOf(nodeAt(file.parsed.root ?? undefined, path.slice(0, -1)), String(path.at(-1)));
  return entry && !entry.merged ? entry : null;
}

function inFlow(node: Located, text: string): boolean {
  return text[node.range.start] === '{' || text[node.range.start] === '[';
}

/**
 * Returns the offset after the last character before `end` that is not white space. Block values can end on a later
 * line.
 */
function trimmedEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at--;
  return at;
}

function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at === -1 ? text.length : at;
}
