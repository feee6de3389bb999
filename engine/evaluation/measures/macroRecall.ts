import { classShares, macroMean } from '../classCounts.ts';
import { macroInterval } from '../macroInterval.ts';
import { macroOfLabels, recallOf } from '../labelCounts.ts';
import { macroLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const macroRecall: Measure = {
  name: 'macro_recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean recall over the classes or labels.',
  source: 'scikit-learn recall_score, average="macro"',
  interval: {
    multiclass: (counts, confidence) =>
      macroInterval(
        classShares(counts, 'present', (right, labelled) => [right, labelled]),
        confidence,
      ),
    multilabel: macroLabelInterval(recallOf),
    spansResamples: true,
  },
  ofLabels: 'decisions',
  multilabel: (counts) => macroOfLabels(counts, recallOf),
  multiclass: (counts) => macroMean(counts, 'present', (right, labelled) => [right, labelled]),
};
