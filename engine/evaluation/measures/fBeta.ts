import { fBetaMeasure } from '../fBeta.ts';

export const fBeta = fBetaMeasure(
  {
    name: 'f_beta',
    docs: 'F-measure that weighs recall `beta` times as much as precision; computed where the validation gives `beta`.',
    parameter: 'beta',
  },
  ({ parameters }) => parameters.beta ?? 1,
);
