import { classShares, macroMean } from '../classCounts.ts';
import { macroInterval } from '../macroInterval.ts';
import { macroOfLabels, precisionOf } from '../labelCounts.ts';
import { macroLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const macroPrecision: Measure = {
  name: 'macro_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean precision over the classes or labels.',
  source: 'scikit-learn precision_score, average="macro"',
  interval: {
    multiclass: (counts, confidence) =>
      macroInterval(
        classShares(counts, 'present', (right, _, predicted) => [right, predicted]),
        confidence,
      ),
    multilabel: macroLabelInterval(precisionOf),
    spansResamples: true,
  },
  ofLabels: 'decisions',
  multilabel: (counts) => macroOfLabels(counts, precisionOf),
  multiclass: (counts) => macroMean(counts, 'present', (right, _, predicted) => [right, predicted]),
};
