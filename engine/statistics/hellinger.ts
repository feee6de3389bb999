import { countInEdges, sturgesEdges, type NumpyType } from './numpyBins.ts';
import { totalsOf, type NumberPair } from './pairs.ts';

/**
 * Hellinger distance ‖√r − √c‖ / √2 of two count vectors over the same bins, at most 1: `hellinger` (NannyML's form).
 * Null when a side is empty.
 */
export function hellinger(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const { nReference, nCurrent } = totalsOf({ reference, current });
  if (nReference === 0 || nCurrent === 0) return null;
  let sum = 0;
  for (let i = 0; i < Math.max(reference.length, current.length); i++)
    sum += (Math.sqrt((reference[i] ?? 0) / nReference) - Math.sqrt((current[i] ?? 0) / nCurrent)) ** 2;
  return Math.sqrt(sum) / Math.SQRT2;
}

/**
 * √(1 − Σ √(r·c)) with the sum clipped to [0, 1], as evidently writes it for categories: `hellinger_evidently_cat`.
 * Null when a side is empty.
 */
export function hellingerOfCategories(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const { nReference, nCurrent } = totalsOf({ reference, current });
  if (nReference === 0 || nCurrent === 0) return null;
  let sum = 0;
  for (let i = 0; i < Math.max(reference.length, current.length); i++)
    sum += Math.sqrt(((reference[i] ?? 0) / nReference) * ((current[i] ?? 0) / nCurrent));
  return Math.sqrt(1 - Math.min(1, Math.max(0, sum)));
}

/**
 * evidently's form for numbers, `hellinger_evidently_num`: the same over densities in Sturges bins of the distinct
 * values (not of the rows). Null when a side is empty.
 */
export function hellingerOfNumbers(pair: NumberPair, type: NumpyType = {}): number | null {
  const { nReference, nCurrent } = totalsOf(pair);
  if (nReference === 0 || nCurrent === 0) return null;
  const edges = sturgesEdges(pair.values, null, type);
  const [before, now] = [
    countInEdges(pair.values, pair.reference, edges),
    countInEdges(pair.values, pair.current, edges),
  ];
  const width = ((edges.at(-1) ?? 0) - (edges[0] ?? 0)) / (edges.length - 1);
  let sum = 0;
  for (let i = 0; i < before.length; i++) {
    const own = (edges[i + 1] ?? 0) - (edges[i] ?? 0);
    sum += Math.sqrt(((before[i] ?? 0) / own / nReference) * ((now[i] ?? 0) / own / nCurrent)) * width;
  }
  return Math.sqrt(1 - Math.min(1, Math.max(0, sum)));
}
