import { shareOf, type Confusion } from '../confusion.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const accuracy: Measure = {
  name: 'accuracy',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of right decisions.',
  source: 'scikit-learn accuracy_score',
  needs: 'threshold',
  shareOf: 'all',
  interval: {
    binary: ({ confusion, squared }, confidence) =>
      shareInterval(confusion.tp + confusion.tn, sizeOf(confusion), confidence, sizeOf(squared)),
    multiclass: ({ n, right, squares }, confidence) =>
      shareInterval(
        right.reduce((a, b) => a + b, 0),
        n,
        confidence,
        squares.n,
      ),
  },
  binary: ({ confusion: { tp, fp, fn, tn } }) => shareOf(tp + tn, tp + fp + fn + tn),
  multiclass: ({ n, right }) =>
    shareOf(
      right.reduce((a, b) => a + b, 0),
      n,
    ),
};

function sizeOf({ tp, fp, fn, tn }: Confusion): number {
  return tp + fp + fn + tn;
}
