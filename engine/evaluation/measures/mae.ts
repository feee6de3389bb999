import type { Measure } from './measure.ts';

export const mae: Measure = {
  name: 'mae',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Mean absolute error, in units of the target.',
  source: 'scikit-learn mean_absolute_error',
  loss: { regression: (truth, prediction) => Math.abs(truth - prediction) },
  regression: ({ n, absolute }) => (n === 0 ? null : absolute / n),
};
