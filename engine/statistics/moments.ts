/** Count, mean and spread of weighted values. */
export interface Moments {
  n: number;
  mean: number;
  /** Σ w·(x − mean)². */
  squares: number;
}

/**
 * Moments in two passes with the correction of Chan, Golub and LeVeque (1983), the first sum compensated: a spread of a
 * millionth of the mean keeps its digits (one pass by Welford does not). `weights` null counts each value once. The
 * mean of nothing is NaN.
 */
export function momentsOf(values: ArrayLike<number>, weights: ArrayLike<number> | null): Moments {
  let [n, sum, lost] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    if (weight === 0) continue;
    const term = weight * (values[i] ?? 0);
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
    n += weight;
  }
  if (n === 0) return { n, mean: Number.NaN, squares: 0 };
  // With infinite values the compensation is NaN where the sum is not.
  const mean = (Number.isNaN(lost) ? sum : sum + lost) / n;
  let [squares, rest] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    if (weight === 0) continue;
    const distance = (values[i] ?? 0) - mean;
    squares += weight * distance * distance;
    rest += weight * distance;
  }
  return { n, mean: mean + rest / n, squares: Math.max(0, squares - (rest * rest) / n) };
}

/** Standard deviation with n in the denominator (ddof 0). NaN of nothing. */
export function deviationOf({ n, squares }: Moments): number {
  return Math.sqrt(squares / n);
}
