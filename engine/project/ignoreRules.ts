import { linearRegExp } from '../base/linearRegExp.ts';

/** Returns whether a path below the folder of an ignore file is ignored; null when no line matches. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean | null;

interface Line {
  expression: RegExp;
  isNegated: boolean;
  foldersOnly: boolean;
}

/**
 * Parses a `.gitignore`, by https://git-scm.com/docs/gitignore. Paths are relative to its folder, with `/`. The last
 * matching line decides.
 */
export function readIgnoreRules(text: string): IgnoreRules {
  const lines = text.split(/\r?\n/).flatMap((line) => readLine(line) ?? []);
  return (path, isFolder) => {
    const line = lines.findLast(({ expression, foldersOnly }) => (isFolder || !foldersOnly) && expression.test(path));
    return line ? !line.isNegated : null;
  };
}

/** No path is longer, so that a longer pattern matches none. */
const longest = 4096;

function readLine(written: string): Line | null {
  let pattern = withoutTrailingSpaces(written.replace(/^\uFEFF/, ''));
  if (pattern === '' || pattern.startsWith('#')) return null;
  const isNegated = pattern.startsWith('!');
  if (isNegated) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  // A slash before the end anchors the pattern to the folder of the file.
  const isAnchored = pattern.includes('/');
  if (pattern.startsWith('/')) pattern = pattern.slice(1);
  if (pattern === '' || pattern.length > longest) return null;
  // Null for a class such as `[z-a]`, which matches nothing in git.
  const expression = linearRegExp(`^${isAnchored ? '' : '(?:[^]*/)?'}${sourceOf(pattern)}$`);
  return expression && { expression, isNegated, foldersOnly };
}

/** Removes trailing spaces, except one after a backslash. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ' && line[end - 2] !== '\\') end--;
  return line.slice(0, end);
}

function sourceOf(pattern: string): string {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? '';
    const atStart = i === 0 || pattern[i - 1] === '/';
    if (c === '*') {
      let end = i;
      while (pattern[end + 1] === '*') end++;
      const isDouble = end === i + 1 && atStart;
      if (isDouble && pattern[end + 1] === '/') [source, i] = [`${source}(?:[^]*/)?`, end + 1];
      else if (isDouble && end === pattern.length - 1 && i > 0) [source, i] = [`${source}[^]+`, end];
      else [source, i] = [`${source}[^/]*`, end];
    } else if (c === '?') source += '[^/]';
    else if (c === '[' && classEnd(pattern, i) > i) {
      const end = classEnd(pattern, i);
      source += classOf(pattern.slice(i + 1, end));
      i = end;
    } else {
      const escaped = c === '\\' && i + 1 < pattern.length;
      if (escaped) i++;
      source += (escaped ? (pattern[i] ?? '') : c).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    }
  }
  return source;
}

/** Returns the end of a class. A `]` directly after its start belongs to it. */
function classEnd(pattern: string, start: number): number {
  const first = start + (/[!^]/.test(pattern[start + 1] ?? '') ? 2 : 1);
  for (let i = first; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === ']' && i > first) return i;
  }
  return -1;
}

/** A class never matches `/`. Expressions that look ahead have no linear time, so its ranges leave `/` out. */
function classOf(inside: string): string {
  const isNegated = /^[!^]/.test(inside);
  const members = [...(isNegated ? inside.slice(1) : inside).matchAll(/\\?([^])/g)];
  let source = isNegated ? '^/' : '';
  for (let i = 0; i < members.length; i++) {
    const [, from = ''] = members[i] ?? [];
    const isRange = members[i + 1]?.[0] === '-' && i + 2 < members.length;
    const to = isRange ? (members[i + 2]?.[1] ?? '') : from;
    if (isRange) i += 2;
    if (isNegated || from > '/' || to < '/' || from > to) source += rangeOf(from, to);
    else source += `${from < '/' ? rangeOf(from, '.') : ''}${to > '/' ? rangeOf('0', to) : ''}`;
  }
  return `[${source}]`;
}

function rangeOf(from: string, to: string): string {
  const [low, high] = [from, to].map((c) => c.replace(/[\\\]^[-]/, '\\$&'));
  return from === to ? `${low}` : `${low}-${high}`;
}
