import type { FairnessMeasure } from './measure.ts';

export const demographicParityRatio: FairnessMeasure = {
  name: 'demographic_parity_ratio',
  direction: 'larger',
  range: [0, 1],
  docs: 'Smallest over largest selection rate of the groups; 1 where no group is selected.',
  source: 'fairlearn demographic_parity_ratio',
  rates: ['selectionRate'],
  compares: 'ratio',
  compute: (groups) => {
    const rates = groups.map(({ selectionRate }) => selectionRate);
    return Math.max(...rates) === 0 ? 1 : Math.min(...rates) / Math.max(...rates);
  },
};
