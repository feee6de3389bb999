import type { LabelledRow } from '../labelCounts.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const subsetAccuracy: Measure = {
  name: 'subset_accuracy',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of rows whose decided labels are exactly the true ones.',
  source: 'scikit-learn accuracy_score of labels',
  ofLabels: 'decisions',
  shareOf: 'all',
  interval: {
    multilabel: ({ n, squares, mean }, confidence) => shareInterval((mean(isExact) ?? 0) * n, n, confidence, squares.n),
  },
  multilabel: ({ mean }) => mean(isExact),
};

function isExact({ trues, decisions, right }: LabelledRow): number {
  return Number(right === trues && right === decisions);
}
