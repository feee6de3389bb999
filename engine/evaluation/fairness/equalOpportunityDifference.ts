import { spread, type FairnessMeasure } from './measure.ts';

export const equalOpportunityDifference: FairnessMeasure = {
  name: 'equal_opportunity_difference',
  direction: 'smaller',
  range: [0, 1],
  docs: 'Largest difference of true positive rates between groups.',
  source: 'fairlearn equal_opportunity_difference',
  rates: ['tpr'],
  compares: 'difference',
  compute: (groups) => spread(groups, 'tpr'),
};
