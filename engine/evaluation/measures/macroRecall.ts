import { macroMean } from '../classCounts.ts';
import type { Measure } from './measure.ts';

export const macroRecall: Measure = {
  name: 'macro_recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean recall over the classes.',
  source: 'scikit-learn recall_score, average="macro"',
  multiclass: (counts) => macroMean(counts, 'present', (right, labelled) => [right, labelled]),
};
