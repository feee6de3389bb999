import type { MetricParameters } from './metricParameters.ts';

/** Sums over the rows of a regression, from which its metrics follow, and the rows themselves. */
export interface Residuals {
  /** Weight of all rows. */
  n: number;
  /** Rows with a true value, a prediction and a weight above 0. */
  rows: number;
  /** Σ |y − p| */
  absolute: number;
  /** Σ (y − p)² */
  squared: number;
  /** Σ (y − mean of y)² */
  total: number;
  parameters: MetricParameters;
  /** Calls back with each row that is known. */
  each: (visit: (truth: number, prediction: number, weight: number, square: number) => void) => void;
}

/** Sums the errors of predictions. Rows with NaN are left out. `squares` are the squared weights. */
export function sumResiduals(
  truth: ArrayLike<number>,
  predictions: ArrayLike<number>,
  {
    weights,
    squares,
    parameters = {},
  }: {
    weights?: ArrayLike<number> | undefined;
    squares?: ArrayLike<number> | undefined;
    parameters?: MetricParameters;
  } = {},
): Residuals {
  let [n, rows, sum, absolute, squared, total] = [0, 0, 0, 0, 0, 0];
  const each: Residuals['each'] = (visit) => {
    for (let i = 0; i < truth.length; i++) {
      const y = truth[i] ?? Number.NaN;
      const p = predictions[i] ?? Number.NaN;
      const weight = weights ? (weights[i] ?? 0) : 1;
      if (!Number.isNaN(y) && !Number.isNaN(p)) visit(y, p, weight, squares ? (squares[i] ?? 0) : weight);
    }
  };
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  each((y, p, w) => {
    n += w;
    if (w > 0) {
      rows++;
      if (y < least) least = y;
      if (y > most) most = y;
    }
    sum += w * y;
    absolute += w * Math.abs(y - p);
    squared += w * (y - p) ** 2;
  });
  const mean = sum / n;
  // The mean of equal values may miss them by rounding.
  if (least < most)
    each((y, _, w) => {
      total += w * (y - mean) ** 2;
    });
  return { n, rows, absolute, squared, total, parameters, each };
}

/** The weighted mean of a value of the rows; null without rows. */
export function meanOfRows(
  { n, each }: Residuals,
  value: (truth: number, prediction: number) => number,
): number | null {
  let sum = 0;
  each((y, p, w) => {
    sum += w * value(y, p);
  });
  return n === 0 ? null : sum / n;
}
