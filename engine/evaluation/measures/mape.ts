import { meanOfRows } from '../residuals.ts';
import type { Measure } from './measure.ts';

export const mape: Measure = {
  name: 'mape',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Mean absolute error as a share of the true value: 0.1 is 10 %. A true value near 0 makes it huge; 0 itself counts as ε = 2⁻⁵².',
  source: 'scikit-learn mean_absolute_percentage_error',
  loss: { regression: relative },
  regression: (residuals) => meanOfRows(residuals, relative),
};

function relative(truth: number, prediction: number): number {
  return Math.abs(truth - prediction) / Math.max(Math.abs(truth), Number.EPSILON);
}
