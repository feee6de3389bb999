import { weightedMeanOfClasses, type ClassCounts } from '../classCounts.ts';
import { shareInterval } from '../shareInterval.ts';
import { f1Of, weightedOfLabels } from '../labelCounts.ts';
import { macroLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const weightedF1: Measure = {
  name: 'weighted_f1',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean F1 over the classes or labels, by how often each occurs.',
  source: 'scikit-learn f1_score, average="weighted"',
  // A wrong decision lowers the F1 of two classes, so it varies as the share of right decisions does.
  interval: {
    multiclass: (counts, confidence) => {
      const right = counts.right.reduce((a, b) => a + b, 0);
      const accuracy = shareInterval(right, counts.n, confidence, counts.squares.n);
      const value = meanF1(counts);
      if (!accuracy || value === null) return null;
      const away = value - right / counts.n;
      return { low: accuracy.low + away, high: accuracy.high + away };
    },
    multilabel: macroLabelInterval('f1', true),
    spansResamples: true,
  },
  ofLabels: 'decisions',
  multilabel: (counts) => weightedOfLabels(counts, f1Of),
  multiclass: meanF1,
};

function meanF1(counts: ClassCounts): number | null {
  return weightedMeanOfClasses(counts, (right, labelled, predicted) => [2 * right, labelled + predicted]);
}
