import { filledShares } from './filledShares.ts';

/**
 * Population stability index Σ (r − c)·ln(r / c) of two count vectors over the same bins: `psi`. An empty bin of a side
 * counts as the share 0.0001, or a millionth of the side's smallest share when that is not above 0.0001: evidently's
 * zero fill. Null when a side is empty.
 */
export function psi(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const bins = Math.max(reference.length, current.length);
  const [r, c] = [filledShares(reference, bins), filledShares(current, bins)];
  if (!r || !c) return null;
  let sum = 0;
  for (let i = 0; i < bins; i++) sum += ((r[i] ?? 0) - (c[i] ?? 0)) * Math.log((r[i] ?? 1) / (c[i] ?? 1));
  return sum;
}
