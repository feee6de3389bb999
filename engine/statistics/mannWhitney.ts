import { normalTail } from './normal.ts';
import { totalsOf, type NumberPair } from './pairs.ts';

export type Alternative = 'two-sided' | 'less' | 'greater';

export interface MannWhitneyResult {
  /** U of the reference: pairs in which it is larger, ties counting half. */
  statistic: number;
  /**
   * U over the number of pairs: the probability that a reference value is larger than a current one (0.5 is no shift).
   */
  effect: number;
  pValue: number;
  method: 'exact' | 'asymptotic';
}

/**
 * Mann-Whitney U test as scipy's `mannwhitneyu(reference, current)`: exact when a side has at most 8 values and nothing
 * is tied, else normal with corrections for ties and continuity. `less` asks whether the reference tends to be smaller
 * (evidently's `mannw`). Null when a side is empty.
 */
export function mannWhitney(pair: NumberPair, alternative: Alternative = 'two-sided'): MannWhitneyResult | null {
  const { nReference: n, nCurrent: m } = totalsOf(pair);
  if (n === 0 || m === 0) return null;
  let [u, belowCurrent, ties] = [0, 0, 0];
  for (let i = 0; i < pair.values.length; i++) {
    const [r, c] = [pair.reference[i] ?? 0, pair.current[i] ?? 0];
    u += r * (belowCurrent + c / 2);
    belowCurrent += c;
    ties += (r + c) ** 3 - (r + c);
  }
  const tested = alternative === 'greater' ? u : alternative === 'less' ? n * m - u : Math.max(u, n * m - u);
  const exact = Math.min(n, m) <= 8 && ties === 0;
  const tail = exact ? exactTail(tested, n, m) : asymptoticTail(tested, n, m, ties);
  return {
    statistic: u,
    effect: u / (n * m),
    pValue: Math.min(1, alternative === 'two-sided' ? 2 * tail : tail),
    method: exact ? 'exact' : 'asymptotic',
  };
}

function asymptoticTail(u: number, n: number, m: number, ties: number): number {
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  // Where all values are tied the sides are equal; rounding can make the variance negative then.
  return variance <= 0 ? 1 : normalTail((u - (n * m) / 2 - 0.5) / Math.sqrt(variance));
}

/**
 * P(U ≥ u) without ties: the coefficients of the Gaussian binomial C(n + m, k)_q, made by Π (1 − q^(large+i)) / (1 −
 * q^i) (Löffler 1982).
 */
function exactTail(u: number, n: number, m: number): number {
  const [small, large] = [Math.min(n, m), Math.max(n, m)];
  const size = small * large + 1;
  const counts = new Float64Array(size);
  counts[0] = 1;
  for (let i = 1; i <= small; i++) {
    const length = i * large + 1;
    for (let k = i; k < length; k++) counts[k] = (counts[k] ?? 0) + (counts[k - i] ?? 0);
    for (let k = length - 1; k >= large + i; k--) counts[k] = (counts[k] ?? 0) - (counts[k - large - i] ?? 0);
    // The mean of the first and the mirrored half removes the rounding of the subtraction.
    for (let k = 0; k < length >> 1; k++) counts[length - 1 - k] = counts[k] ?? 0;
  }
  let [above, total] = [0, 0];
  // U ≥ u is as likely as U ≤ nm − u: small counts are summed first.
  for (let k = 0; k < size; k++) {
    total += counts[k] ?? 0;
    if (k <= n * m - u) above += counts[k] ?? 0;
  }
  return above / total;
}
