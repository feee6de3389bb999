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
  behind: 'decided',
  interval: { binary: ({ confusion: { tp, fp } }, confidence) => shareInterval(tp, tp + fp, confidence) },
  binary: ({ confusion: { tp, fp } }) => shareOf(tp, tp + fp),
};
