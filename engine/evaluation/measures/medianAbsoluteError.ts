import { argsort } from '../../statistics/argsort.ts';
import { quantileRanks } from '../../statistics/quantileInterval.ts';
import type { Interval } from '../intervals.ts';
import type { Residuals } from '../residuals.ts';
import type { Measure } from './measure.ts';

export const medianAbsoluteError: Measure = {
  name: 'median_absolute_error',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Median of the absolute errors, in units of the target; a few large errors do not move it.',
  source: 'scikit-learn median_absolute_error',
  // Its order statistics give the interval, so that no resample sorts.
  resampled: false,
  interval: { regression: intervalOfMedian },
  regression: (residuals) => {
    const { values, weights } = sortedErrors(residuals);
    return weightedMedian(values, weights);
  },
};

/** The absolute errors from small to large, with their weights; those of weight 0 are left out. */
function sortedErrors({ each, rows }: Residuals): { values: Float64Array; weights: Float64Array } {
  const errors = new Float64Array(rows);
  const weightOf = new Float64Array(rows);
  let k = 0;
  each((y, p, weight) => {
    if (weight <= 0) return;
    errors[k] = Math.abs(y - p);
    weightOf[k++] = weight;
  });
  const order = argsort(errors);
  return {
    values: Float64Array.from(order, (i) => errors[i] ?? 0),
    weights: Float64Array.from(order, (i) => weightOf[i] ?? 0),
  };
}

/** The value with half of the weight up to it; the mean of two where the half lies between them. Null without values. */
function weightedMedian(values: Float64Array, weights: Float64Array): number | null {
  let total = 0;
  for (const weight of weights) total += weight;
  let seen = 0;
  for (const [k, value] of values.entries()) {
    seen += weights[k] ?? 0;
    if (seen - total / 2 > Number.EPSILON) return value;
    if (seen >= total / 2) return (value + (values[k + 1] ?? value)) / 2;
  }
  return values.at(-1) ?? null;
}

/** From the order statistics, whatever the distribution; weights count as the number of equal rows that vary as much. */
function intervalOfMedian(residuals: Residuals, confidence: number): Interval | null {
  const { values, weights } = sortedErrors(residuals);
  let squares = 0;
  residuals.each((_, __, ___, square) => (squares += square));
  const n = squares > 0 ? Math.round(residuals.n ** 2 / squares) : 0;
  const { low, high } = quantileRanks(n, 0.5, confidence);
  if (low < 1 || high > n) return null;
  return {
    low: valueAt(values, weights, ((low - 0.5) / n) * residuals.n),
    high: valueAt(values, weights, ((high - 0.5) / n) * residuals.n),
  };
}

/** The first value with this weight up to it. */
function valueAt(values: Float64Array, weights: Float64Array, wanted: number): number {
  let seen = 0;
  for (const [k, value] of values.entries()) {
    seen += weights[k] ?? 0;
    if (seen >= wanted) return value;
  }
  return values.at(-1) ?? 0;
}
