import { jaccardOf, macroOfLabels } from '../labelCounts.ts';
import { macroLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const macroJaccard: Measure = {
  name: 'macro_jaccard',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean Jaccard index over the labels. The Jaccard index is the share of right labels among those that are true or decided.',
  source: 'scikit-learn jaccard_score, average="macro"',
  ofLabels: 'decisions',
  interval: { multilabel: macroLabelInterval(jaccardOf), spansResamples: true },
  multilabel: (counts) => macroOfLabels(counts, jaccardOf),
};
