import { shareOf } from '../confusion.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const recall: Measure = {
  name: 'recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of positives that are found.',
  source: 'scikit-learn recall_score',
  needs: 'threshold',
  behind: 'positives',
  shareOf: 'positives',
  interval: {
    binary: ({ confusion: { tp, fn }, squared }, confidence) =>
      shareInterval(tp, tp + fn, confidence, squared.tp + squared.fn),
  },
  binary: ({ confusion: { tp, fn } }) => shareOf(tp, tp + fn),
};
