import { kolmogorovTail } from './kolmogorov.ts';
import { totalsOf, type NumberPair } from './pairs.ts';

export interface KsResult {
  /** Largest distance of the two empirical distribution functions. */
  statistic: number;
  /** Two-sided p-value. */
  pValue: number;
  /**
   * How the p-value was computed: `exact` counts lattice paths, `asymptotic` is the one-sample distribution for
   * round(nm/(n+m)) rows.
   */
  method: 'exact' | 'asymptotic';
}

/**
 * When lattice paths are counted: `scipy` up to 10,000 rows on the larger side, as ks_2samp; `wide` also up to 1,000 on
 * the smaller one with a million on the larger.
 */
export type KsRule = 'wide' | 'scipy';

/**
 * Two-sample Kolmogorov-Smirnov test of samples sorted ascending; null when a side is empty. Exact where the larger
 * side has at most 10,000 rows (as scipy's ks_2samp) or the smaller at most 1,000 (where scipy already approximates),
 * asymptotic for counts that are not whole. Ties are not corrected for, as in scipy.
 */
export function ksTest(a: ArrayLike<number>, b: ArrayLike<number>, rule: KsRule = 'wide'): KsResult | null {
  return a.length === 0 || b.length === 0 ? null : ksOfDistance(largestDistance(a, b), a.length, b.length, rule);
}

/** The same of weighted points with whole counts; infinite values are allowed. */
export function ksOfPair(pair: NumberPair, rule: KsRule = 'wide'): KsResult | null {
  const { nReference, nCurrent } = totalsOf(pair);
  if (nReference === 0 || nCurrent === 0) return null;
  let [below, belowCurrent, distance] = [0, 0, 0];
  for (let i = 0; i < pair.values.length; i++) {
    below += pair.reference[i] ?? 0;
    belowCurrent += pair.current[i] ?? 0;
    distance = Math.max(distance, Math.abs(below / nReference - belowCurrent / nCurrent));
  }
  return ksOfDistance(distance, nReference, nCurrent, rule);
}

function ksOfDistance(distance: number, one: number, other: number, rule: KsRule): KsResult {
  const [n, m] = [Math.max(one, other), Math.min(one, other)];
  const whole = Number.isInteger(n) && Number.isInteger(m);
  if (whole && (n <= 10_000 || (rule === 'wide' && m <= 1000 && n <= 1_000_000))) {
    const g = greatestDivisor(n, m);
    // The distance is a whole number of steps of 1/lcm; rounding removes the floating-point error.
    const steps = Math.round(distance * (n / g) * m);
    return {
      statistic: steps / ((n / g) * m),
      pValue: steps === 0 ? 1 : clip(outsidePaths(n, m, g, steps)),
      method: 'exact',
    };
  }
  return {
    statistic: distance,
    pValue: clip(kolmogorovTail(Math.round((n * m) / (n + m)), distance)),
    method: 'asymptotic',
  };
}

function largestDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, distance] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i] ?? 0, b[j] ?? 0);
    while (i < a.length && a[i] === x) i++;
    while (j < b.length && b[j] === x) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}

/**
 * The share of lattice paths from (0, 0) to (n, m), n ≥ m, that reach |x·m − y·n|/g ≥ h somewhere: the recurrence of
 * Hodges (1958) in the conditional form that scipy's _compute_outer_prob_inside_method uses, a sliding column of
 * shares, so that nothing overflows.
 */
function outsidePaths(n: number, m: number, g: number, h: number): number {
  const [ng, mg] = [n / g, m / g];
  let first = 0;
  let end = Math.min(Math.ceil(h / ng), m + 1);
  let length = end - first;
  const shares = new Float64Array(Math.min(2 * end + 2, m + 1)).fill(1);
  shares.fill(0, first, end);
  for (let x = 1; x <= n; x++) {
    const [lastFirst, lastLength] = [first, length];
    first = Math.min(m, Math.max(0, Math.floor((mg * x - h) / ng) + 1));
    end = Math.min(m + 1, Math.ceil((mg * x + h) / ng));
    if (end <= first) return 1;
    length = end - first;
    let share = first === 0 ? 0 : 1;
    for (let y = first; y < end; y++) {
      share = ((shares[y - lastFirst] ?? 1) * x + share * y) / (x + y);
      shares[y - first] = share;
    }
    if (lastLength > length) shares.fill(1, length, lastLength);
  }
  return shares[length - 1] ?? 1;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function clip(p: number): number {
  return Math.min(1, Math.max(0, p));
}
