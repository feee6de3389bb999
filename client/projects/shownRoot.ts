import { nearestRoot } from './nearestRoot.ts';

export interface ShownBy {
  /** Folder of the project that the person chose; it stays until another is chosen. */
  chosen: string | undefined;
  /** Path of the file in the active editor. */
  active: string | undefined;
  /** The project that was shown before. */
  last: string | undefined;
}

/**
 * Which project of a window the sidebar shows and commands act on: the chosen one, else that of the active editor, else
 * the one before.
 */
export function shownRoot(roots: readonly string[], { chosen, active, last }: ShownBy): string | undefined {
  if (chosen !== undefined && roots.includes(chosen)) return chosen;
  const near = active === undefined ? undefined : nearestRoot(roots, active);
  if (near !== undefined) return near;
  return last !== undefined && roots.includes(last) ? last : roots[0];
}
