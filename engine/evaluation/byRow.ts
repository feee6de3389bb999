import type { LabelledRow } from './labelCounts.ts';
import type { Measure } from './measures/measure.ts';

/** The parts of a measure that is the mean over the rows of a gain of their labels, from 0 to 1. */
export function byRow(of: (row: LabelledRow) => number): Pick<Measure, 'loss' | 'multilabel'> {
  return { loss: { multilabel: of, as: 'gain', largest: () => 1 }, multilabel: ({ mean }) => mean(of) };
}
