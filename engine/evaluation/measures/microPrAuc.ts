import { microPrecisionInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const microPrAuc: Measure = {
  name: 'micro_pr_auc',
  direction: 'larger',
  range: [0, 1],
  docs: 'Average precision of all pairs of row and label.',
  source: 'scikit-learn average_precision_score, average="micro"',
  ofLabels: 'scores',
  interval: { multilabel: microPrecisionInterval, spansResamples: true },
  multilabel: ({ n, micro }) => (n === 0 ? null : micro.prArea()),
};
