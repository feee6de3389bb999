import { macroMean } from '../classCounts.ts';
import type { Measure } from './measure.ts';

export const macroF1: Measure = {
  name: 'macro_f1',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean F1 over the classes.',
  source: 'scikit-learn f1_score, average="macro"',
  multiclass: (counts) =>
    macroMean(counts, 'present', (right, labelled, predicted) => [2 * right, labelled + predicted]),
};
