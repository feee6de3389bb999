import { incompleteBeta } from './betaTail.ts';

/**
 * The interval of a share after `successes` of `n` draws (Clopper & Pearson 1934, as scipy's `binomtest` with `exact`).
 * Its coverage is never below the confidence, whatever the true share. Without draws it is [0, 1].
 */
export function binomialInterval(successes: number, n: number, confidence = 0.95): { low: number; high: number } {
  const tail = (1 - confidence) / 2;
  return {
    low: successes <= 0 ? 0 : betaQuantile(tail, successes, n - successes + 1),
    high: successes >= n ? 1 : betaQuantile(1 - tail, successes + 1, n - successes),
  };
}

/** P(X ≤ k) of a binomial with `n` draws and success probability `p`. */
export function binomialAtMost(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  return k >= n ? 1 : incompleteBeta(1 - p, n - k, k + 1);
}

/** The x with I_x(a, b) = q, by bisection. */
function betaQuantile(q: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  // The step gets smaller than the distance of two numbers long before the last round.
  for (let round = 0; round < 1100; round++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (incompleteBeta(middle, a, b) < q) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
