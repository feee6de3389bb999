import { classSizes } from '../binaryRows.ts';
import { shareInterval } from '../shareInterval.ts';
import { averagePrecision } from '../rankingAreas.ts';
import type { Measure } from './measure.ts';

export const prAuc: Measure = {
  name: 'pr_auc',
  direction: 'larger',
  range: [0, 1],
  docs: 'Average precision: the area under precision over recall, by steps.',
  source: 'scikit-learn average_precision_score',
  behind: 'positives',
  // As a share of the positives (Boyd, Eng and Page 2013); the resamples add what the negatives vary.
  interval: {
    binary: (rows, confidence) => {
      const [{ weight, squares }] = classSizes(rows);
      return shareInterval((averagePrecision(rows.ranking, rows.weights) ?? 0) * weight, weight, confidence, squares);
    },
    spansResamples: true,
  },
  binary: ({ ranking, weights }) => averagePrecision(ranking, weights),
};
