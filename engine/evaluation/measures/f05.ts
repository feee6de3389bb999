import { fBetaMeasure } from '../fBeta.ts';

export const f05 = fBetaMeasure(
  { name: 'f0_5', docs: 'F-measure that weighs precision twice as much as recall.' },
  () => 0.5,
);
