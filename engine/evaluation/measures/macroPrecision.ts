import { macroMean } from '../classCounts.ts';
import type { Measure } from './measure.ts';

export const macroPrecision: Measure = {
  name: 'macro_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean precision over the classes.',
  source: 'scikit-learn precision_score, average="macro"',
  multiclass: (counts) => macroMean(counts, 'present', (right, _, predicted) => [right, predicted]),
};
