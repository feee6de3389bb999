import { spread, type FairnessMeasure } from './measure.ts';

export const equalizedOddsDifference: FairnessMeasure = {
  name: 'equalized_odds_difference',
  direction: 'smaller',
  range: [0, 1],
  docs: 'Larger of the differences of true and false positive rates between groups.',
  source: 'fairlearn equalized_odds_difference',
  rates: ['tpr', 'fpr'],
  compares: 'difference',
  compute: (groups) => Math.max(spread(groups, 'tpr'), spread(groups, 'fpr')),
};
