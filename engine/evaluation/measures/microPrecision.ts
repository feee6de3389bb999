import { microOfLabels, precisionOf } from '../labelCounts.ts';
import { microLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const microPrecision: Measure = {
  name: 'micro_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Precision over all pairs of row and label; 0 where its denominator is.',
  source: 'scikit-learn precision_score, average="micro"',
  ofLabels: 'decisions',
  // The labels of a row vary together: the resamples hold that.
  interval: { multilabel: microLabelInterval(precisionOf), spansResamples: true },
  multilabel: (counts) => microOfLabels(counts, precisionOf),
};
