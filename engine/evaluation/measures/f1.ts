import { shareOf } from '../confusion.ts';
import { f1Interval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const f1: Measure = {
  name: 'f1',
  direction: 'larger',
  range: [0, 1],
  docs: 'Harmonic mean of precision and recall.',
  source: 'scikit-learn f1_score',
  needs: 'threshold',
  behind: 'positives',
  interval: {
    binary: ({ confusion: { tp, fp, fn }, squared }, confidence) =>
      f1Interval(tp, tp + fp + fn, confidence, squared.tp + squared.fp + squared.fn),
  },
  binary: ({ confusion: { tp, fp, fn } }) => shareOf(2 * tp, 2 * tp + fp + fn),
};
