import { microOfLabels, jaccardOf } from '../labelCounts.ts';
import { microLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const microJaccard: Measure = {
  name: 'micro_jaccard',
  direction: 'larger',
  range: [0, 1],
  docs: 'Jaccard index over all pairs of row and label; 0 where its denominator is. The Jaccard index is the share of right labels among those that are true or decided.',
  source: 'scikit-learn jaccard_score, average="micro"',
  ofLabels: 'decisions',
  // The labels of a row vary together: the resamples hold that.
  interval: { multilabel: microLabelInterval(jaccardOf), spansResamples: true },
  multilabel: (counts) => microOfLabels(counts, jaccardOf),
};
