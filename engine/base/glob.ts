/** True when a path has wildcards. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

const compiled = new Map<string, RegExp>();

/** As globToRegExp, kept: the same few globs are asked for again and again. */
function matcher(glob: string): RegExp {
  let known = compiled.get(glob);
  if (!known) {
    if (compiled.size > 5000) compiled.clear();
    compiled.set(glob, (known = globToRegExp(glob)));
  }
  return known;
}

/** A regular expression for a glob with `*`, `**`, `?`, `[…]` and `{a,b}`, over paths with `/`. */
export function globToRegExp(glob: string): RegExp {
  let source = '';
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i] ?? '';
    if (glob.startsWith('**/', i)) [source, i] = [`${source}(?:.*/)?`, i + 2];
    else if (glob.startsWith('**', i)) [source, i] = [`${source}.*`, i + 1];
    else if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (c === '[' && glob.indexOf(']', i) > i) {
      const end = glob.indexOf(']', i);
      source += `[${glob
        .slice(i + 1, end)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')}]`;
      i = end;
    } else if (c === '{' && glob.indexOf('}', i) > i) {
      const end = glob.indexOf('}', i);
      source += `(?:${glob
        .slice(i + 1, end)
        .split(',')
        .map((part) => globToRegExp(part).source.slice(1, -1))
        .join('|')})`;
      i = end;
    } else source += c.replace(/[.+^$()|\\\]}]/g, '\\$&');
  }
  return new RegExp(`^${source}$`);
}

/**
 * True when what one path names may be what the other names: the same path, a file in a folder, or a match of a glob.
 */
export function pathsOverlap(a: string, b: string): boolean {
  const [x, y] = [normalisePath(a), normalisePath(b)];
  if (x === y || x.startsWith(`${y}/`) || y.startsWith(`${x}/`)) return true;
  return (isGlob(x) && matcher(x).test(sample(y))) || (isGlob(y) && matcher(y).test(sample(x)));
}

/** A path that a glob matches. Two globs are taken to overlap when one matches a sample of the other. */
function sample(path: string): string {
  return path
    .replaceAll(/\*\*\/?/g, '')
    .replaceAll(/[*?]/g, 'x')
    .replaceAll(/\{([^,}]*)[^}]*\}/g, '$1');
}

/** A path with `/`, without `./` before and `/` after. */
export const normalisePath = (path: string): string =>
  path.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');

/** What is wrong with a glob, completing "`key` …"; null for what can be matched, plain paths included. */
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
