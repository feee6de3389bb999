import { classShares, classWeights, weightedMeanOfClasses } from '../classCounts.ts';
import { macroInterval } from '../macroInterval.ts';
import { precisionOf, weightedOfLabels } from '../labelCounts.ts';
import { macroLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const weightedPrecision: Measure = {
  name: 'weighted_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean precision over the classes or labels, by how often each occurs.',
  source: 'scikit-learn precision_score, average="weighted"',
  interval: {
    multiclass: (counts, confidence) =>
      macroInterval(
        classShares(counts, 'present', (right, _, predicted) => [right, predicted]),
        confidence,
        classWeights(counts),
      ),
    multilabel: macroLabelInterval(precisionOf, true),
    spansResamples: true,
  },
  ofLabels: 'decisions',
  multilabel: (counts) => weightedOfLabels(counts, precisionOf),
  multiclass: (counts) => weightedMeanOfClasses(counts, (right, _, predicted) => [right, predicted]),
};
