/** The longest of some folders that a path is in, or is itself. Compared by segments: `/a/bc` is not in `/a/b`. */
export function nearestRoot(roots: readonly string[], path: string): string | undefined {
  const wanted = segments(path);
  const around = roots.filter((root) => {
    const parts = segments(root);
    return parts.length <= wanted.length && parts.every((part, i) => part === wanted[i]);
  });
  return around.toSorted((a, b) => segments(b).length - segments(a).length)[0];
}

/**
 * Windows takes both slashes and does not tell letters of the two cases apart; elsewhere a backslash is part of a name.
 */
function segments(path: string): string[] {
  const isWindows = /^[a-z]:|^\\\\/i.test(path);
  return (isWindows ? path.toLowerCase().split(/[\\/]/) : path.split('/')).filter((part) => part !== '');
}
