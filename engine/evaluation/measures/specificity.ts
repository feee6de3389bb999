import { shareOf } from '../confusion.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const specificity: Measure = {
  name: 'specificity',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of negatives that are decided as negative: 1 − the false positive rate.',
  source: 'scikit-learn recall_score, pos_label=0',
  needs: 'threshold',
  behind: 'negatives',
  undefinedWhen: 'no row is negative',
  interval: {
    binary: ({ confusion: { tn, fp }, squared }, confidence) =>
      shareInterval(tn, tn + fp, confidence, squared.tn + squared.fp),
  },
  binary: ({ confusion: { tn, fp } }) => shareOf(tn, tn + fp),
};
