/** Count, mean and spread of weighted values. */
export interface Moments {
  n: number;
  mean: number;
  /** Σ w·(x − mean)². */
  squares: number;
}

/** Moments by Welford's updating (West 1979 for weights): no cancellation for values far from zero. The mean of nothing is NaN. */
export function momentsOf(values: ArrayLike<number>, weights: ArrayLike<number>): Moments {
  let [n, mean, squares] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight === 0) continue;
    const value = values[i] ?? 0;
    n += weight;
    const delta = value - mean;
    mean += (weight / n) * delta;
    squares += weight * delta * (value - mean);
  }
  return { n, mean: n === 0 ? Number.NaN : mean, squares };
}

/** Standard deviation with n in the denominator (ddof 0). NaN of nothing. */
export function deviationOf({ n, squares }: Moments): number {
  return Math.sqrt(squares / n);
}
