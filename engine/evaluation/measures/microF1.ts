import { microOfLabels, f1Of } from '../labelCounts.ts';
import { microLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const microF1: Measure = {
  name: 'micro_f1',
  direction: 'larger',
  range: [0, 1],
  docs: 'F1 over all pairs of row and label; 0 where its denominator is.',
  source: 'scikit-learn f1_score, average="micro"',
  ofLabels: 'decisions',
  // The labels of a row vary together: the resamples hold that.
  interval: { multilabel: microLabelInterval('f1'), spansResamples: true },
  multilabel: (counts) => microOfLabels(counts, f1Of),
};
