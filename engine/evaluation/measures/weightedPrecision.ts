import { classShares, classWeights, weightedMeanOfClasses } from '../classCounts.ts';
import { macroInterval } from '../macroInterval.ts';
import type { Measure } from './measure.ts';

export const weightedPrecision: Measure = {
  name: 'weighted_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean precision over the classes, by how often each occurs.',
  source: 'scikit-learn precision_score, average="weighted"',
  interval: {
    multiclass: (counts, confidence) =>
      macroInterval(
        classShares(counts, 'present', (right, _, predicted) => [right, predicted]),
        confidence,
        classWeights(counts),
      ),
    spansResamples: true,
  },
  multiclass: (counts) => weightedMeanOfClasses(counts, (right, _, predicted) => [right, predicted]),
};
