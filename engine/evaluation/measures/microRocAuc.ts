import { microAreaInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const microRocAuc: Measure = {
  name: 'micro_roc_auc',
  direction: 'larger',
  range: [0, 1],
  docs: 'Area under the ROC curve of all pairs of row and label; 0.5 is chance.',
  source: 'scikit-learn roc_auc_score, average="micro"',
  ofLabels: 'scores',
  undefinedWhen: 'all labels of all test rows are true, or none is',
  interval: { multilabel: microAreaInterval, spansResamples: true },
  multilabel: ({ micro }) => micro.rocArea(),
};
