import { microOfLabels, recallOf } from '../labelCounts.ts';
import { microLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const microRecall: Measure = {
  name: 'micro_recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Recall over all pairs of row and label; 0 where its denominator is.',
  source: 'scikit-learn recall_score, average="micro"',
  ofLabels: 'decisions',
  // The labels of a row vary together: the resamples hold that.
  interval: { multilabel: microLabelInterval(recallOf), spansResamples: true },
  multilabel: (counts) => microOfLabels(counts, recallOf),
};
