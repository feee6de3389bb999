import { classShares, macroMean } from '../classCounts.ts';
import { macroInterval } from '../macroInterval.ts';
import { shareOf } from '../confusion.ts';
import type { Measure } from './measure.ts';

export const balancedAccuracy: Measure = {
  name: 'balanced_accuracy',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean recall over the classes.',
  source: 'scikit-learn balanced_accuracy_score',
  needs: 'threshold',
  behind: 'rarer',
  shareOf: 'classes',
  interval: {
    binary: ({ confusion: { tp, fp, fn, tn }, squared }, confidence) =>
      macroInterval(
        [
          [tp, tp + fn, squared.tp + squared.fn],
          [tn, tn + fp, squared.tn + squared.fp],
        ],
        confidence,
      ),
    multiclass: (counts, confidence) =>
      macroInterval(
        classShares(counts, 'labelled', (right, labelled) => [right, labelled]),
        confidence,
      ),
  },
  binary: ({ confusion: { tp, fp, fn, tn } }) => {
    const recall = shareOf(tp, tp + fn);
    const specificity = shareOf(tn, tn + fp);
    return recall === null || specificity === null ? null : (recall + specificity) / 2;
  },
  multiclass: (counts) => macroMean(counts, 'labelled', (right, labelled) => [right, labelled]),
};
