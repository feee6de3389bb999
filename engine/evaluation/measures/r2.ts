import type { Measure } from './measure.ts';

export const r2: Measure = {
  name: 'r2',
  direction: 'larger',
  range: [Number.NEGATIVE_INFINITY, 1],
  docs: 'Share of variance explained: 1 − SS_res / SS_tot. Not defined for a constant target.',
  source: 'scikit-learn r2_score',
  undefinedWhen: 'all true values are equal',
  loss: { regression: (truth, prediction) => (truth - prediction) ** 2, as: 'explained' },
  regression: ({ n, squared, total }) => (n === 0 || total === 0 ? null : 1 - squared / total),
};
