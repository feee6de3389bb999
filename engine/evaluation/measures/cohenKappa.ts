import { agreementInterval, binaryAgreement, classAgreement, kappaOf } from '../agreement.ts';
import { decisionInterval } from '../decisionInterval.ts';
import type { Measure } from './measure.ts';

export const cohenKappa: Measure = {
  name: 'cohen_kappa',
  direction: 'larger',
  range: [-1, 1],
  docs: 'Agreement of truth and decisions above chance, as a share of what chance leaves; 0 is chance.',
  source: 'Cohen 1960; scikit-learn cohen_kappa_score',
  needs: 'threshold',
  behind: 'rarer',
  undefinedWhen: 'truth and decisions are all of one class',
  interval: {
    binary: (rows, confidence) => decisionInterval(rows, confidence, (shares) => ofBinary(shares)),
    multiclass: (counts, confidence) => agreementInterval(counts, confidence, kappaOf),
    spansResamples: true,
  },
  binary: ({ confusion }) => ofBinary(confusion),
  multiclass: (counts) => {
    const agreement = classAgreement(counts);
    return agreement && kappaOf(agreement);
  },
};

function ofBinary(counts: Parameters<typeof binaryAgreement>[0]): number | null {
  const agreement = binaryAgreement(counts);
  return agreement && kappaOf(agreement);
}
