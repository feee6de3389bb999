import { meanOfRows } from '../residuals.ts';
import type { Measure } from './measure.ts';

export const smape: Measure = {
  name: 'smape',
  direction: 'smaller',
  range: [0, 2],
  docs: 'Mean absolute error as a share of the mean size of true value and prediction, from 0 to 2; two zeros are no error.',
  source: 'Makridakis 1993',
  loss: { regression: relative },
  regression: (residuals) => meanOfRows(residuals, relative),
};

function relative(truth: number, prediction: number): number {
  const size = (Math.abs(truth) + Math.abs(prediction)) / 2;
  return size === 0 ? 0 : Math.abs(truth - prediction) / size;
}
