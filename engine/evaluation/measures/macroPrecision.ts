import { classShares, macroMean } from '../classCounts.ts';
import { macroInterval } from '../macroInterval.ts';
import type { Measure } from './measure.ts';

export const macroPrecision: Measure = {
  name: 'macro_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean precision over the classes.',
  source: 'scikit-learn precision_score, average="macro"',
  interval: {
    multiclass: (counts, confidence) =>
      macroInterval(
        classShares(counts, 'present', (right, _, predicted) => [right, predicted]),
        confidence,
      ),
    spansResamples: true,
  },
  multiclass: (counts) => macroMean(counts, 'present', (right, _, predicted) => [right, predicted]),
};
