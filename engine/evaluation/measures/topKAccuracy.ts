import type { ClassCounts } from '../classCounts.ts';
import { defaultTopK } from '../metricParameters.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const topKAccuracy: Measure = {
  name: 'top_k_accuracy',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of rows whose class is among the `top_k` likeliest ones, 2 by default. Of equal probabilities the later class is taken first.',
  source: 'scikit-learn top_k_accuracy_score',
  parameter: 'topK',
  hasDefault: true,
  undefinedWhen: '`top_k` covers all classes, or the predictions are classes without probabilities',
  interval: {
    multiclass: (counts, confidence) => {
      const hits = hitsOf(counts, counts.weights);
      return hits === null ? null : shareInterval(hits, counts.n, confidence, counts.squares.n);
    },
  },
  multiclass: (counts) => {
    const hits = hitsOf(counts, counts.weights);
    return hits === null || counts.n === 0 ? null : hits / counts.n;
  },
};

/** The weight of the rows whose class is among the likeliest; null where that says nothing. */
function hitsOf({ rows, parameters }: ClassCounts, weights: ArrayLike<number> | undefined): number | null {
  const k = parameters.topK ?? defaultTopK;
  if (rows.above === null || k >= rows.classes) return null;
  let hits = 0;
  for (let i = 0; i < rows.above.length; i++) if ((rows.above[i] ?? k) < k) hits += weights ? (weights[i] ?? 0) : 1;
  return hits;
}
