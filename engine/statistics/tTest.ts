import { studentTwoSided } from './betaTail.ts';
import { momentsOf } from './moments.ts';
import { sumOf, type NumberPair } from './pairs.ts';

export interface TTestResult {
  t: number;
  df: number;
  /** (mean of the current − mean of the reference) over the pooled standard deviation: Cohen's d. */
  effect: number;
  /** Two-sided; NaN where no side varies and the means agree, 0 where they differ. */
  pValue: number;
}

/**
 * Two-sample t test: `student` pools the variances (scipy's default, evidently's `t_test`), `welch` does not. Null when
 * a side is empty or there are fewer than three values.
 */
export function tTest(pair: NumberPair, kind: 'student' | 'welch' = 'welch'): TTestResult | null {
  // From the median on, so that two means far from zero keep the digits of their difference, and constants have no
  // spread.
  const origin = medianOf(pair);
  const moved = pair.values.map((value) => value - origin);
  const [a, b] = [momentsOf(moved, pair.reference), momentsOf(moved, pair.current)];
  if (a.n === 0 || b.n === 0 || a.n + b.n < 3 || (kind === 'welch' && Math.min(a.n, b.n) < 2)) return null;
  const pooled = (a.squares + b.squares) / (a.n + b.n - 2);
  const [va, vb] = [a.squares / (a.n - 1) / a.n, b.squares / (b.n - 1) / b.n];
  const df = kind === 'student' ? a.n + b.n - 2 : (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
  const error = kind === 'student' ? Math.sqrt(pooled * (1 / a.n + 1 / b.n)) : Math.sqrt(va + vb);
  const t = (a.mean - b.mean) / error;
  return {
    t,
    df,
    effect: (b.mean - a.mean) / Math.sqrt(pooled),
    pValue: studentTwoSided(t, Number.isNaN(df) ? 1 : df),
  };
}

/** A value with half of both sides' rows at or below it. */
function medianOf(pair: NumberPair): number {
  const half = (sumOf(pair.reference) + sumOf(pair.current)) / 2;
  let seen = 0;
  for (let i = 0; i < pair.values.length; i++) {
    seen += (pair.reference[i] ?? 0) + (pair.current[i] ?? 0);
    if (seen >= half) return pair.values[i] ?? 0;
  }
  return 0;
}
