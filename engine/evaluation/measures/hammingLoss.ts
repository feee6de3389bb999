import type { LabelledRow } from '../labelCounts.ts';
import type { Measure } from './measure.ts';

export const hammingLoss: Measure = {
  name: 'hamming_loss',
  direction: 'smaller',
  range: [0, 1],
  docs: 'Share of pairs of row and label that are decided wrongly.',
  source: 'scikit-learn hamming_loss',
  ofLabels: 'decisions',
  loss: { multilabel: wrongShare, largest: () => 1 },
  multilabel: ({ mean }) => mean(wrongShare),
};

function wrongShare({ labels, trues, decisions, right }: LabelledRow): number {
  return (trues + decisions - 2 * right) / labels;
}
