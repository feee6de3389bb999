import type { Ranking } from '../ranking.ts';
import type { Measure } from './measure.ts';

export const rocAuc: Measure = {
  name: 'roc_auc',
  direction: 'larger',
  range: [0, 1],
  docs: 'Area under the ROC curve; ties count half. 0.5 is chance.',
  source: 'scikit-learn roc_auc_score; Mann and Whitney 1947',
  binary: ({ ranking, weights }) => areaUnderRoc(ranking, weights),
};

/**
 * Area under the ROC curve; ties count half (Mann-Whitney), as scikit-learn's `roc_auc_score`. Null with one class
 * only.
 */
export function areaUnderRoc(ranking: Ranking, weights?: ArrayLike<number>): number | null {
  let positives = 0;
  let negatives = 0;
  let area = 0;
  let start = 0;
  for (const end of ranking.groupEnds) {
    let p = 0;
    let n = 0;
    for (let k = start; k < end; k++) {
      const row = ranking.order[k] ?? 0;
      const weight = weights ? (weights[row] ?? 0) : 1;
      if (ranking.labels[row] === 1) p += weight;
      else n += weight;
    }
    area += n * (positives + p / 2);
    positives += p;
    negatives += n;
    start = end;
  }
  return positives === 0 || negatives === 0 ? null : area / (positives * negatives);
}
