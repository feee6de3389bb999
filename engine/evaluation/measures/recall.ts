import { shareOf } from '../confusion.ts';
import type { Measure } from './measure.ts';

export const recall: Measure = {
  name: 'recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of positives that are found.',
  source: 'scikit-learn recall_score',
  needs: 'threshold',
  binary: ({ confusion: { tp, fn } }) => shareOf(tp, tp + fn),
};
