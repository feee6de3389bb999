/**
 * Errors of predictions in the units of the target; R² is 1 − SS_res / SS_tot. Rows with NaN are left out; null without
 * rows, R² also where the target is constant.
 */
export function regressionMetrics(
  truth: ArrayLike<number>,
  predictions: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Record<'rmse' | 'mae' | 'r2', number | null> {
  let [n, sum, absolute, squared] = [0, 0, 0, 0];
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
  if (n === 0) return { rmse: null, mae: null, r2: null };
  const mean = sum / n;
  let total = 0;
  each((y, _, w) => {
    total += w * (y - mean) ** 2;
  });
  return { rmse: Math.sqrt(squared / n), mae: absolute / n, r2: total === 0 ? null : 1 - squared / total };
}
