import { fBetaMeasure } from '../fBeta.ts';

export const f2 = fBetaMeasure(
  { name: 'f2', docs: 'F-measure that weighs recall twice as much as precision.' },
  () => 2,
);
