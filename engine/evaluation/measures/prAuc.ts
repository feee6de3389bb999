import { classSizes } from '../binaryRows.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Ranking } from '../ranking.ts';
import type { Measure } from './measure.ts';

export const prAuc: Measure = {
  name: 'pr_auc',
  direction: 'larger',
  range: [0, 1],
  docs: 'Average precision: the area under precision over recall, by steps.',
  source: 'scikit-learn average_precision_score',
  behind: 'positives',
  // As a share of the positives (Boyd, Eng and Page 2013); the resamples add what the negatives vary.
  interval: {
    binary: (rows, confidence) => {
      const [{ weight, squares }] = classSizes(rows);
      return shareInterval((averagePrecision(rows.ranking, rows.weights) ?? 0) * weight, weight, confidence, squares);
    },
    spansResamples: true,
  },
  binary: ({ ranking, weights }) => averagePrecision(ranking, weights),
};

/**
 * Average precision: Σ (R_k − R_{k−1})·P_k over the thresholds, as scikit-learn's `average_precision_score`.
 * `weights` counts each row of the ranking (default 1). Null without a positive.
 */
export function averagePrecision(ranking: Ranking, weights?: ArrayLike<number>): number | null {
  let positives = 0;
  let seen = 0;
  let area = 0;
  let start = 0;
  for (const end of ranking.groupEnds) {
    let gained = 0;
    for (let k = start; k < end; k++) {
      const row = ranking.order[k] ?? 0;
      const weight = weights ? (weights[row] ?? 0) : 1;
      seen += weight;
      if (ranking.labels[row] === 1) gained += weight;
    }
    positives += gained;
    if (gained > 0) area += (gained * positives) / seen;
    start = end;
  }
  return positives === 0 ? null : area / positives;
}
