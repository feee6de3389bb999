import { categoryDistances } from './categoryDistances.ts';
import { totalsOf, type CategoryPair } from './pairs.ts';
import { seededRandom } from './random.ts';

export interface PermutationResult {
  /** Share of permutations at least as far apart. */
  pValue: number;
  permutations: number;
  seed: number;
}

/**
 * P-value of the total variation distance by permutations of the values of both sides. Null
 * when a side is empty.
 */
export function permutedTotalVariation(pair: CategoryPair, permutations = 1000, seed = 1): PermutationResult | null {
  const { nReference, nCurrent } = totalsOf(pair);
  const observed = categoryDistances(pair.reference, pair.current)?.totalVariation;
  if (observed === undefined) return null;
  const random = seededRandom(seed);
  const all = new Uint32Array(nReference + nCurrent);
  let at = 0;
  for (const k of pair.values.keys()) {
    const count = (pair.reference[k] ?? 0) + (pair.current[k] ?? 0);
    all.fill(k, at, at + count);
    at += count;
  }
  const smaller = Math.min(nReference, nCurrent);
  let extreme = 0;
  for (let p = 0; p < permutations; p++) {
    const drawn = pair.values.map(() => 0);
    // Fisher-Yates as far as the smaller side goes.
    for (let i = 0; i < smaller; i++) {
      const j = i + random.integer(all.length - i);
      const held = all[i] ?? 0;
      all[i] = all[j] ?? 0;
      all[j] = held;
      drawn[all[i] ?? 0] = (drawn[all[i] ?? 0] ?? 0) + 1;
    }
    const rest = drawn.map((count, k) => (pair.reference[k] ?? 0) + (pair.current[k] ?? 0) - count);
    // A small tolerance: equal tables must count as equal, whatever the rounding of their shares.
    if ((categoryDistances(drawn, rest)?.totalVariation ?? 0) >= observed - 1e-12) extreme++;
  }
  return { pValue: extreme / permutations, permutations, seed };
}
