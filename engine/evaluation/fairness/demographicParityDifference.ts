import { spread, type FairnessMeasure } from './measure.ts';

export const demographicParityDifference: FairnessMeasure = {
  name: 'demographic_parity_difference',
  direction: 'smaller',
  range: [0, 1],
  docs: 'Largest difference of selection rates between groups.',
  source: 'fairlearn demographic_parity_difference',
  rates: ['selectionRate'],
  compares: 'difference',
  compute: (groups) => spread(groups, 'selectionRate'),
};
