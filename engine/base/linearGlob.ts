import { composed } from './composed.ts';

/** A part of a name in a glob: one character, one of a class, any one, or any number of them. */
type Token = string | { readonly any: true } | { readonly star: true } | { readonly within: RegExp };

export type GlobSegment = 'through folders' | readonly Token[];

const any: Token = { any: true };
const star: Token = { star: true };
/** No path is longer; a longer glob matches nothing. */
const longest = 4096;
/** `-999999..-999999` */
const longestRange = 16;
/** A glob with more alternatives than this in its braces matches nothing. */
const mostAlternatives = 1000;

/**
 * Compiles a glob to a test whose time grows with the length of the path times that of the glob. Regular expressions
 * for many wildcards (`*a*a*a*`) backtrack for minutes. Paths have `/`; wildcards also match names with a leading dot.
 * Accents match however they are composed.
 */
export function linearGlob(glob: string): (path: string) => boolean {
  const alternatives = globSegments(glob.replace(/^\.\//, ''));
  const matches = (path: string) => {
    const names = path.split('/');
    return alternatives.some((segments) => matchPath(segments, names));
  };
  return (path) => {
    const other = composed(path);
    return matches(path) || (other !== path && matches(other));
  };
}

/** Returns the alternatives of a glob, each as its segments between `/`; as it is typed, and with composed accents. */
export function globSegments(glob: string): GlobSegment[][] {
  if (glob.length > longest) return [];
  const forms = [...new Set([glob, composed(glob)])];
  return forms.flatMap((form) => expandBraces(form).map((alternative) => alternative.split('/').map(segmentOf)));
}

/** Returns the plain name that a segment stands for, or null when it has a wildcard. */
export function plainName(segment: GlobSegment): string | null {
  if (segment === 'through folders') return null;
  return segment.every((token) => typeof token === 'string') ? segment.join('') : null;
}

/** Expands `{a,b}` and `{1..3}`; braces without a comma or range are plain characters. */
function expandBraces(glob: string): string[] {
  const done: string[] = [];
  const waiting = [glob];
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    const braces = firstBraces(text);
    if (!braces) done.push(text);
    else
      for (const part of braces.parts.toReversed())
        waiting.push(text.slice(0, braces.start) + part + text.slice(braces.end + 1));
    if (done.length + waiting.length > mostAlternatives) return [];
  }
  return done;
}

interface Braces {
  start: number;
  end: number;
  parts: string[];
}

/** The first `{…}` with a comma or a range of its own, found in one pass. */
function firstBraces(text: string): Braces | null {
  const open: { start: number; cuts: number[] }[] = [];
  let first: { start: number; end: number; cuts: number[] } | null = null;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '{') open.push({ start: i, cuts: [i] });
    else if (c === ',') open.at(-1)?.cuts.push(i);
    else if (c === '}') {
      const closed = open.pop();
      if (!closed) continue;
      const isFirst: boolean = first === null || closed.start < first.start;
      if (isFirst && (closed.cuts.length > 1 || rangeOf(text.slice(closed.start + 1, i)) !== null))
        first = { ...closed, end: i };
      if (first !== null && open.length === 0) break;
    }
  }
  if (first === null) return null;
  const { start, end, cuts } = first;
  const parts = cuts.map((cut, k) => text.slice(cut + 1, cuts[k + 1] ?? end));
  return { start, end, parts: parts.length > 1 ? parts : (rangeOf(parts[0] ?? '') ?? parts) };
}

function rangeOf(text: string): string[] | null {
  if (text.length > longestRange) return null;
  const [, from, to] = /^(-?\d{1,6})\.\.(-?\d{1,6})$/.exec(text) ?? [];
  if (from === undefined || to === undefined) return null;
  const [low, high] = [Math.min(+from, +to), Math.max(+from, +to)];
  return Array.from({ length: Math.min(high - low, mostAlternatives) + 1 }, (_, i) => String(low + i));
}

function segmentOf(text: string): GlobSegment {
  if (text === '**') return 'through folders';
  const tokens: Token[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '*') {
      if (tokens.at(-1) !== star) tokens.push(star);
    } else if (c === '?') tokens.push(any);
    else if (c === '\\' && i + 1 < text.length) tokens.push(text.charAt(++i));
    else if (c === '[') {
      const end = text.indexOf(']', i + 2);
      const within = end === -1 ? null : classOf(text.slice(i + 1, end));
      if (within) i = end;
      tokens.push(within ? { within } : c);
    } else tokens.push(c);
  }
  return tokens;
}

function classOf(text: string): RegExp | null {
  const [, not = '', body = ''] = /^([!^]?)(.*)$/s.exec(text) ?? [];
  try {
    return new RegExp(`^[${not === '' ? '' : '^'}${body.replaceAll(/[\\[\]^]/g, '\\$&')}]$`, 's');
  } catch {
    return null;
  }
}

/** Follows all positions in the glob at once, one name after the other. */
function matchPath(segments: readonly GlobSegment[], names: readonly string[]): boolean {
  let at = closed(segments, new Set([0]));
  for (const name of names) {
    const next = new Set<number>();
    for (const i of at) {
      const segment = segments[i];
      if (segment === undefined) continue;
      if (segment === 'through folders') next.add(i);
      else if (matchName(segment, name)) next.add(i + 1);
    }
    if (next.size === 0) return false;
    at = closed(segments, next);
  }
  return at.has(segments.length);
}

/** Adds the positions behind `**`, which also stands for no folder. */
function closed(segments: readonly GlobSegment[], at: Set<number>): Set<number> {
  for (const i of at) if (segments[i] === 'through folders') at.add(i + 1);
  return at;
}

/** Returns a test of names for a segment, whose accents may be composed or not. */
export function segmentTest(tokens: readonly Token[]): (name: string) => boolean {
  const matches = plainTest(tokens);
  return (name) => {
    if (matches(name)) return true;
    const other = composed(name);
    return other !== name && matches(other);
  };
}

/** The usual `*.csv` takes no look at each character. */
function plainTest(tokens: readonly Token[]): (name: string) => boolean {
  const stars = tokens.filter((token) => token === star).length;
  if (stars === 1 && tokens.every((token) => typeof token === 'string' || token === star)) {
    const at = tokens.indexOf(star);
    const [before, behind] = [tokens.slice(0, at).join(''), tokens.slice(at + 1).join('')];
    const shortest = before.length + behind.length;
    // `.` and `..` are no names that a wildcard stands for.
    return (name) =>
      name.length >= shortest &&
      name.startsWith(before) &&
      name.endsWith(behind) &&
      name !== '' &&
      name !== '.' &&
      name !== '..';
  }
  return (name) => matchName(tokens, name);
}

/** True when a name matches the tokens. Only the last `*` is ever extended: the earlier ones have matched as little as they can. */
export function matchName(tokens: readonly Token[], name: string): boolean {
  if (name === '' || name === '.' || name === '..')
    return tokens.every((token, i) => token === name[i]) && tokens.length === name.length;
  let [t, n, starAt, starName] = [0, 0, -1, 0];
  while (n < name.length) {
    const token = tokens[t];
    if (token !== undefined && token === star) {
      starAt = t++;
      starName = n;
    } else if (token !== undefined && matchCharacter(token, name.charAt(n))) {
      t++;
      n++;
    } else if (starAt >= 0) {
      t = starAt + 1;
      n = ++starName;
    } else return false;
  }
  while (tokens[t] === star) t++;
  return t === tokens.length;
}

function matchCharacter(token: Token, c: string): boolean {
  if (typeof token === 'string') return token === c;
  return 'any' in token || ('within' in token && token.within.test(c));
}
