import { yamlTokens, type Token } from '../../engine/project/yamlTokens.ts';
import { entryStart } from './entryStart.ts';

/** A placeholder word that no file contains; it replaces the word at the cursor while the text is parsed. */
export const cursorMark = 'loopwrightCursor';

export interface Cursor {
  /** `item` is the start of a list item in block style: a value, or the first key of a mapping. */
  on: 'key' | 'item' | 'value';
  /** True inside `{…}` or `[…]`. */
  flow: boolean;
  /** The quote around the word. */
  quote: '' | '"' | "'";
  /** The word up to the cursor, as written. */
  word: string;
  /** Offsets of the whole word, which an accepted item replaces. Quotes around it stay. */
  start: number;
  end: number;
  /** True before a colon: only the name of the key is replaced. */
  hasColon: boolean;
  /** True where an entry with its value can be inserted: nothing that follows belongs to it. */
  fitsEntry: boolean;
  /** The text with the placeholder instead of the word, so that it parses. */
  text: string;
  /** The text with the placeholder as a key. */
  keyText: string;
}

/**
 * The word at an offset and its role. Null where completion is not offered: comments, block scalars, multi-line texts,
 * tags and anchors.
 */
export function cursorAt(text: string, offset: number): Cursor | null {
  const before = text.slice(0, offset);
  const from = entryStart(before);
  const tokens = yamlTokens(before.slice(from) + cursorMark).filter(
    ({ kind, start, end }) => kind !== 'space' && (end > start || kind === 'newline'),
  );
  const at = tokens.findIndex(({ end }) => end >= offset - from + cursorMark.length);
  const token = tokens[at];
  if (!token) return null;
  // The editor also breaks lines at a single carriage return.
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  const quote = token.kind === 'double-quoted-scalar' ? '"' : token.kind === 'single-quoted-scalar' ? "'" : '';
  const outer = from + token.start;
  if ((token.kind !== 'plain' && quote === '') || outer < lineStart) return null;
  const start = outer + quote.length;
  const { flow, role } = roleOf(tokens.slice(0, at));
  if (role === null) return null;
  const rest = /^[^\r\n]*/.exec(text.slice(offset))?.[0] ?? '';
  const isNew = outer === offset;
  const [end, outerEnd] = quote === '' ? plainEnd(rest, flow !== null, offset, isNew) : quotedEnd(rest, quote, offset);
  const word = text.slice(start, offset);
  // After `key:` without a space, a dash without a space, and after characters that can only begin a plain text.
  const isKeyWithColon = role !== 'value' && flow === null && word.includes(':');
  if (quote === '' && (word.endsWith(':') || /^-+$/.test(word) || isKeyWithColon)) return null;
  // Before other text of the line there is no space for a word.
  if (flow === null && quote === '' && word === '' && end === offset && !/^\s*(#|$)/.test(rest)) return null;
  const hasColon = role !== 'value' && /^\s*:(?=[\s,[\]{}]|$)/.test(rest.slice(outerEnd - offset));
  const marked = (mark: string) => text.slice(0, outer) + mark + text.slice(outerEnd);
  const keyText = marked(hasColon ? cursorMark : `${cursorMark}: 0`);
  const on = role === 'item' && hasColon ? 'key' : role;
  const fitsEntry = quote === '' && !hasColon && (flow !== null || rest.slice(end - offset).trim() === '');
  const itself = { on, flow: flow !== null, quote, word, start, end, hasColon, fitsEntry } as const;
  return { ...itself, text: on === 'key' ? keyText : marked(cursorMark), keyText };
}

/** The end of a plain word in the rest of its line. Before a bracket, a quote or a dash, the new word is empty. */
function plainEnd(rest: string, flow: boolean, offset: number, isNew: boolean): [number, number] {
  if (isNew && !/^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|[-?:](?=[^\s,[\]{}]))/.test(rest)) return [offset, offset];
  const part = flow ? (/^[^,[\]{}]*/.exec(rest)?.[0] ?? '') : rest;
  const stop = part.search(/\s#|:(?:\s|$)/);
  const length = (stop === -1 ? part : part.slice(0, stop)).trimEnd().length;
  return [offset + length, offset + length];
}

/** The end of a quoted word inside and outside of its quotes. Without a closing quote it ends at the cursor. */
function quotedEnd(rest: string, quote: string, offset: number): [number, number] {
  const inside = (quote === '"' ? /^(?:[^"\\]|\\.)*/ : /^(?:[^']|'')*/).exec(rest)?.[0].length ?? 0;
  return rest[inside] === quote ? [offset + inside, offset + inside + 1] : [offset, offset];
}

/** The role of a word after these tokens, and the enclosing bracket; the role is null where no word is valid. */
function roleOf(tokens: readonly Token[]): { flow: '{' | '[' | null; role: Cursor['on'] | null } {
  const open: ('{' | '[')[] = [];
  for (const { kind } of tokens) {
    if (kind === 'flow-map-start') open.push('{');
    else if (kind === 'flow-seq-start') open.push('[');
    else if (kind === 'flow-map-end' || kind === 'flow-seq-end') open.pop();
  }
  const flow = open.at(-1) ?? null;
  const skipped = new Set<Token['kind']>(flow === null ? ['anchor', 'tag'] : ['anchor', 'tag', 'newline', 'comment']);
  const last = tokens.findLast(({ kind }) => !skipped.has(kind))?.kind ?? 'newline';
  if (flow !== null) {
    if (last === 'map-value-ind') return { flow, role: 'value' };
    const isFirst = last === 'comma' || last === 'flow-map-start' || last === 'flow-seq-start';
    return { flow, role: isFirst ? (flow === '{' ? 'key' : 'value') : null };
  }
  if (last === 'map-value-ind') return { flow, role: 'value' };
  if (last === 'seq-item-ind') return { flow, role: 'item' };
  return { flow, role: last === 'newline' || last === 'block-scalar' || last === 'comment' ? 'key' : null };
}

/** True inside a comment. */
export function isComment(text: string, offset: number): boolean {
  const before = text.slice(0, offset);
  return yamlTokens(before.slice(entryStart(before)) + cursorMark).at(-1)?.kind === 'comment';
}
