import { studentTwoSided } from './betaTail.ts';
import { momentsOf } from './moments.ts';
import type { NumberPair } from './pairs.ts';

export interface TTestResult {
  t: number;
  df: number;
  /** (mean of the current − mean of the reference) over the pooled standard deviation: Cohen's d. */
  effect: number;
  /** Two-sided; NaN where no side varies and the means agree, 0 where they differ. */
  pValue: number;
}

/** Two-sample t test: `student` pools the variances (scipy's default, evidently's `t_test`), `welch` does not. Null when a side is empty or there are fewer than three values. */
export function tTest(pair: NumberPair, kind: 'student' | 'welch' = 'welch'): TTestResult | null {
  const [a, b] = [momentsOf(pair.values, pair.reference), momentsOf(pair.values, pair.current)];
  if (a.n === 0 || b.n === 0 || a.n + b.n < 3 || (kind === 'welch' && Math.min(a.n, b.n) < 2)) return null;
  const pooled = (a.squares + b.squares) / (a.n + b.n - 2);
  const [va, vb] = [a.squares / (a.n - 1) / a.n, b.squares / (b.n - 1) / b.n];
  const df = kind === 'student' ? a.n + b.n - 2 : (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
  const error = kind === 'student' ? Math.sqrt(pooled * (1 / a.n + 1 / b.n)) : Math.sqrt(va + vb);
  const t = (a.mean - b.mean) / error;
  return { t, df, effect: (b.mean - a.mean) / Math.sqrt(pooled), pValue: studentTwoSided(t, Number.isNaN(df) ? 1 : df) };
}
