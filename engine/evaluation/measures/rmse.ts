import type { Measure } from './measure.ts';

export const rmse: Measure = {
  name: 'rmse',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Root of the mean squared error, in units of the target.',
  source: 'scikit-learn root_mean_squared_error',
  loss: { regression: (truth, prediction) => (truth - prediction) ** 2, as: 'root' },
  regression: ({ n, squared }) => (n === 0 ? null : Math.sqrt(squared / n)),
};
