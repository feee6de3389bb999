import { classShares, macroMean } from '../classCounts.ts';
import { f1Interval } from '../shareInterval.ts';
import { meanInterval } from '../recoveredInterval.ts';
import type { ClassCounts } from '../classCounts.ts';
import type { Interval } from '../intervals.ts';
import { f1Of, macroOfLabels } from '../labelCounts.ts';
import { macroLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const macroF1: Measure = {
  name: 'macro_f1',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean F1 over the classes or labels.',
  source: 'scikit-learn f1_score, average="macro"',
  // The F1 of two classes share rows, so they vary together: the resamples hold that.
  interval: { multiclass: intervalOfMean, multilabel: macroLabelInterval('f1'), spansResamples: true },
  ofLabels: 'decisions',
  multilabel: (counts) => macroOfLabels(counts, f1Of),
  multiclass: (counts) =>
    macroMean(counts, 'present', (right, labelled, predicted) => [2 * right, labelled + predicted]),
};

function intervalOfMean(counts: ClassCounts, confidence: number): Interval | null {
  const either = classShares(counts, 'present', (right, labelled, predicted) => [right, labelled + predicted - right]);
  const parts = either.flatMap(([both, whole, squares]) => {
    const interval = f1Interval(both, whole, confidence, squares);
    return interval ? [{ value: (2 * both) / (both + whole), ...interval }] : [];
  });
  return parts.length === 0 ? null : meanInterval(parts);
}
