import { jaccardOf, weightedOfLabels } from '../labelCounts.ts';
import { macroLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const weightedJaccard: Measure = {
  name: 'weighted_jaccard',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean Jaccard index over the labels, by how often each is true. The Jaccard index is the share of right labels among those that are true or decided.',
  source: 'scikit-learn jaccard_score, average="weighted"',
  ofLabels: 'decisions',
  interval: { multilabel: macroLabelInterval(jaccardOf, true), spansResamples: true },
  multilabel: (counts) => weightedOfLabels(counts, jaccardOf),
};
