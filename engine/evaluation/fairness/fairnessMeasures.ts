import { demographicParityDifference } from './demographicParityDifference.ts';
import { demographicParityRatio } from './demographicParityRatio.ts';
import { equalOpportunityDifference } from './equalOpportunityDifference.ts';
import { equalizedOddsDifference } from './equalizedOddsDifference.ts';
import type { FairnessMeasure } from './measure.ts';

/** All fairness measures, in the order of reports. A new one is a file of this folder and a line here. */
export const fairnessMeasures: readonly FairnessMeasure[] = [
  demographicParityDifference,
  demographicParityRatio,
  equalizedOddsDifference,
  equalOpportunityDifference,
];
