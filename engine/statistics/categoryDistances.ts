import { totalsOf } from './pairs.ts';

/** Distances of the shares of categories, each at most 1. */
export interface CategoryDistances {
  /** ½ Σ |r − c|: `total_variation`. */
  totalVariation: number;
  /** max |r − c|: `l_infinity`, as TFDV and NannyML. */
  lInfinity: number;
  /**
   * max |a − b| of the counts over the sum of all counts: `normalized_absolute_difference`, as TFDV. It also grows
   * when only the sizes differ.
   */
  normalizedAbsoluteDifference: number;
}

/** Null when a side is empty. */
export function categoryDistances(reference: ArrayLike<number>, current: ArrayLike<number>): CategoryDistances | null {
  const { nReference, nCurrent } = totalsOf({ reference, current });
  if (nReference === 0 || nCurrent === 0) return null;
  let [sum, largest, counts] = [0, 0, 0];
  for (let i = 0; i < Math.max(reference.length, current.length); i++) {
    const [r, c] = [reference[i] ?? 0, current[i] ?? 0];
    const difference = Math.abs(r / nReference - c / nCurrent);
    sum += difference;
    largest = Math.max(largest, difference);
    counts = Math.max(counts, Math.abs(r - c));
  }
  return {
    totalVariation: sum / 2,
    lInfinity: largest,
    normalizedAbsoluteDifference: counts / (nReference + nCurrent),
  };
}
