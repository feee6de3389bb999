import { shareOf } from '../confusion.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const precision: Measure = {
  name: 'precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of positive decisions that are right.',
  source: 'scikit-learn precision_score',
  needs: 'threshold',
  undefinedWhen: 'no row is decided as positive',
  behind: 'decided',
  interval: {
    binary: ({ confusion: { tp, fp }, squared }, confidence) =>
      shareInterval(tp, tp + fp, confidence, squared.tp + squared.fp),
  },
  binary: ({ confusion: { tp, fp } }) => shareOf(tp, tp + fp),
};
