import { linearGlob } from './linearGlob.ts';

/** True when a path contains wildcards. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

export interface GlobMatcher {
  /** True when the glob matches a path with `/`. */
  test: (path: string) => boolean;
}

const mostCompiled = 5000;
const compiled = new Map<string, GlobMatcher>();

/**
 * Compiles a glob with `*`, `**`, `?`, `[…]` and `{a,b}`. Quotes, parentheses, `!` and `+` are plain characters; names
 * with a leading dot match. Takes linear time, whatever the pattern.
 */
export function globMatcher(glob: string): GlobMatcher {
  let known = compiled.get(glob);
  if (!known) {
    if (compiled.size >= mostCompiled) compiled.clear();
    known = { test: linearGlob(glob) };
    compiled.set(glob, known);
  }
  return known;
}

/**
 * True when two paths can name the same file: they are equal, one is inside the other, or one is a glob that matches
 * the other.
 */
export function pathsOverlap(a: string, b: string): boolean {
  const [x, y] = [normalisePath(a), normalisePath(b)];
  if (x === y || x.startsWith(`${y}/`) || y.startsWith(`${x}/`)) return true;
  return (isGlob(x) && globMatcher(x).test(sample(y))) || (isGlob(y) && globMatcher(y).test(sample(x)));
}

/** Returns a path that a glob matches. Two globs overlap when one matches a sample of the other. */
function sample(path: string): string {
  const plain = path.replaceAll(/\*\*\/?/g, '').replaceAll(/[*?]/g, 'x');
  // An expression for `{a,b}` would look for the end behind each `{`.
  let [made, at] = ['', 0];
  for (;;) {
    const open = plain.indexOf('{', at);
    const close = open === -1 ? -1 : plain.indexOf('}', open);
    if (close === -1) return made + plain.slice(at);
    made += plain.slice(at, open) + (plain.slice(open + 1, close).split(',', 1)[0] ?? '');
    at = close + 1;
  }
}

/** Returns a path with `/` as separator, without a leading `./` or a trailing `/`. */
export const normalisePath = (path: string): string => withoutSlashes(path.replaceAll('\\', '/').replace(/^\.\//, ''));

/** Returns the error in a glob as the end of a sentence "`key` …", or null for a valid glob or a plain path. */
export function globProblem(path: string): string | null {
  for (let i = 0; i < path.length; i++) {
    const c = path[i];
    if (c === '[' && path.indexOf(']', i + 2) === -1) return 'is a glob whose `[` is not closed';
    if (c === '[') i = path.indexOf(']', i + 2);
    if (c === '{' && path.indexOf('}', i) === -1) return 'is a glob whose `{` is not closed';
    if (c === '*' && path.startsWith('***', i))
      return 'is a glob with `***`; use `*` within a folder or `**` through folders';
  }
  return null;
}

/** Returns a path without `/` at its end, for which an expression would try each `/` in it. */
export function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}
