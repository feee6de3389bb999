import type { Ranking } from './ranking.ts';

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
