import { agreementInterval, binaryAgreement, classAgreement, correlationOf } from '../agreement.ts';
import { decisionInterval } from '../decisionInterval.ts';
import type { Measure } from './measure.ts';

export const mcc: Measure = {
  name: 'mcc',
  direction: 'larger',
  range: [-1, 1],
  docs: "Matthews' correlation of truth and decisions; 0 is chance, and a rare class counts as much as a common one.",
  source: 'scikit-learn matthews_corrcoef; Gorodkin 2004 for several classes',
  needs: 'threshold',
  behind: 'rarer',
  undefinedWhen: 'truth or decisions are all of one class',
  interval: {
    binary: (rows, confidence) => decisionInterval(rows, confidence, (shares) => ofBinary(shares)),
    multiclass: (counts, confidence) => agreementInterval(counts, confidence, correlationOf),
    spansResamples: true,
  },
  binary: ({ confusion }) => ofBinary(confusion),
  multiclass: (counts) => {
    const agreement = classAgreement(counts);
    return agreement && correlationOf(agreement);
  },
};

function ofBinary(counts: Parameters<typeof binaryAgreement>[0]): number | null {
  const agreement = binaryAgreement(counts);
  return agreement && correlationOf(agreement);
}
