import type { ChiSquareResult } from './chiSquare.ts';
import { gammaTail } from './gammaTail.ts';
import { totalsOf } from './pairs.ts';

/**
 * G test of current counts against those of the reference, 2·Σ c·ln(c / e) with df = k − 1 (scipy's `power_divergence`,
 * log-likelihood): `g_test`. Expected counts are the reference's scaled to the current size; for sides of one size that
 * is evidently's, which refuses others. Null when a side is empty.
 */
export function gTest(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquareResult | null {
  const { nReference, nCurrent } = totalsOf({ reference, current });
  if (nReference === 0 || nCurrent === 0) return null;
  let [statistic, cells] = [0, 0];
  for (let i = 0; i < Math.max(reference.length, current.length); i++) {
    const [r, c] = [reference[i] ?? 0, current[i] ?? 0];
    if (r + c === 0) continue;
    cells++;
    if (c > 0) statistic += r === 0 ? Number.POSITIVE_INFINITY : 2 * c * Math.log((c * nReference) / (r * nCurrent));
  }
  const df = cells - 1;
  if (df === 0) return { statistic, df, pValue: 1 };
  return {
    statistic,
    df,
    pValue: statistic === Number.POSITIVE_INFINITY ? 0 : gammaTail(df / 2, Math.max(0, statistic) / 2),
  };
}
