import { classShares, macroMean } from '../classCounts.ts';
import { macroInterval } from '../macroInterval.ts';
import type { Measure } from './measure.ts';

export const macroRecall: Measure = {
  name: 'macro_recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean recall over the classes.',
  source: 'scikit-learn recall_score, average="macro"',
  interval: {
    multiclass: (counts, confidence) =>
      macroInterval(
        classShares(counts, 'present', (right, labelled) => [right, labelled]),
        confidence,
      ),
    spansResamples: true,
  },
  multiclass: (counts) => macroMean(counts, 'present', (right, labelled) => [right, labelled]),
};
