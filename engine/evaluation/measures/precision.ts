import { shareOf } from '../confusion.ts';
import type { Measure } from './measure.ts';

export const precision: Measure = {
  name: 'precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of positive decisions that are right.',
  source: 'scikit-learn precision_score',
  needs: 'threshold',
  binary: ({ confusion: { tp, fp } }) => shareOf(tp, tp + fp),
};
