import { filledShares } from './filledShares.ts';
import { sumOf } from './pairs.ts';

/**
 * Kullback-Leibler divergence Σ r·ln(r / c) of the current from the reference, in nats, with evidently's zero fill; the
 * filled shares are scaled to a sum of 1 again, as scipy's `entropy` does: `kl_divergence`. Null when a side is empty.
 */
export function klDivergence(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const bins = Math.max(reference.length, current.length);
  const [r, c] = [filledShares(reference, bins), filledShares(current, bins)];
  if (!r || !c) return null;
  const [allR, allC] = [sumOf(r), sumOf(c)];
  let sum = 0;
  for (let i = 0; i < bins; i++) {
    const [p, q] = [(r[i] ?? 0) / allR, (c[i] ?? 0) / allC];
    sum += p * Math.log(p / q);
  }
  return sum;
}
