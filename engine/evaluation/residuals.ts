/** Sums over the rows of a regression, from which its metrics follow. */
export interface Residuals {
  /** Weight of all rows. */
  n: number;
  /** Σ |y − p| */
  absolute: number;
  /** Σ (y − p)² */
  squared: number;
  /** Σ (y − mean of y)² */
  total: number;
}

/** Sums the errors of predictions. Rows with NaN are left out. */
export function sumResiduals(
  truth: ArrayLike<number>,
  predictions: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Residuals {
  let [n, sum, absolute, squared, total] = [0, 0, 0, 0, 0];
  const each = (visit: (y: number, p: number, w: number) => void) => {
    for (let i = 0; i < truth.length; i++) {
      const y = truth[i] ?? Number.NaN;
      const p = predictions[i] ?? Number.NaN;
      if (!Number.isNaN(y) && !Number.isNaN(p)) visit(y, p, weights ? (weights[i] ?? 0) : 1);
    }
  };
  each((y, p, w) => {
    n += w;
    sum += w * y;
    absolute += w * Math.abs(y - p);
    squared += w * (y - p) ** 2;
  });
  const mean = sum / n;
  each((y, _, w) => {
    total += w * (y - mean) ** 2;
  });
  return { n, absolute, squared, total };
}
