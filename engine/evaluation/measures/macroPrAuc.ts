import { macroPrecisionInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const macroPrAuc: Measure = {
  name: 'macro_pr_auc',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean average precision over the labels; that of a label which is true of no row is 0.',
  source: 'scikit-learn average_precision_score, average="macro"',
  ofLabels: 'scores',
  interval: { multilabel: macroPrecisionInterval, spansResamples: true },
  multilabel: (counts) => {
    const areas = counts.prAreas();
    return counts.n === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length;
  },
};
