import type { ValueOfQuery } from './queryMeans.ts';
import type { Measure } from './measures/measure.ts';

/** The parts of a measure that is the mean of a value of each query. */
export function byQuery(of: ValueOfQuery): Pick<Measure, 'loss' | 'ranking'> {
  return { loss: { ranking: of, as: 'gain', largest: () => 1 }, ranking: ({ mean }) => mean(of) };
}
