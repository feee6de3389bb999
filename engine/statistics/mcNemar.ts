import { incompleteBeta } from './betaTail.ts';

/**
 * The exact two-sided p of McNemar's test (1947) for two models on the same rows: `b` and `c` count the rows that only one
 * of them has right. As statsmodels' `mcnemar(exact=True)` and scipy's `binomtest(b, b + c)`. 1 where they never differ.
 */
export function mcNemar(b: number, c: number): number {
  const [few, n] = [Math.min(b, c), b + c];
  if (b === c) return 1;
  // P(X ≤ few) of n rows at 1/2.
  return Math.min(1, 2 * incompleteBeta(0.5, n - few, few + 1));
}
