import { macroAreaInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const macroRocAuc: Measure = {
  name: 'macro_roc_auc',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean over the labels of the area under the ROC curve of a label; 0.5 is chance.',
  source: 'scikit-learn roc_auc_score, average="macro"',
  ofLabels: 'scores',
  undefinedWhen: 'a label is true of all test rows or of none',
  interval: { multilabel: macroAreaInterval, spansResamples: true },
  multilabel: (counts) => {
    const areas = counts.rocAreas();
    return areas.includes(null) ? null : areas.reduce<number>((sum, area) => sum + (area ?? 0), 0) / areas.length;
  },
};
