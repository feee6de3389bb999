/**
 * Labels (0 or 1) with scores, sorted by score from high to low; rows of one score form one group. Sort once, then
 * weigh often.
 */
export interface Ranking {
  /** Row numbers by descending score. */
  order: Uint32Array;
  /** Positions in `order` where each group of equal scores ends, exclusive. */
  groupEnds: Uint32Array;
  labels: Uint8Array;
  scores: Float64Array;
}

/** Rows whose label or score is NaN are left out. */
export function rank(labels: ArrayLike<number>, scores: ArrayLike<number>): Ranking {
  const kept: number[] = [];
  for (let i = 0; i < labels.length; i++)
    if (!Number.isNaN(labels[i] ?? Number.NaN) && !Number.isNaN(scores[i] ?? Number.NaN)) kept.push(i);
  const y = Uint8Array.from(kept, (i) => (labels[i] ? 1 : 0));
  const s = Float64Array.from(kept, (i) => scores[i] ?? 0);
  const order = Uint32Array.from(kept, (_, i) => i).sort((a, b) => (s[b] ?? 0) - (s[a] ?? 0));
  const ends: number[] = [];
  for (let i = 1; i <= order.length; i++)
    if (i === order.length || s[order[i] ?? 0] !== s[order[i - 1] ?? 0]) ends.push(i);
  return { order, groupEnds: Uint32Array.from(ends), labels: y, scores: s };
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

/**
 * Area under the ROC curve; ties count half (Mann-Whitney), as scikit-learn's `roc_auc_score`. Null with one class
 * only.
 */
export function rocAuc(ranking: Ranking, weights?: ArrayLike<number>): number | null {
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
 * Largest recall at which precision is at least `minimum`, with the threshold (score ≥ threshold is positive). Null
 * without a positive; recall 0 and an infinite threshold where no threshold reaches the precision.
 */
export function recallAtPrecision(
  ranking: Ranking,
  minimum: number,
  weights?: ArrayLike<number>,
): { recall: number; threshold: number } | null {
  let found = 0;
  let seen = 0;
  let best = { found: 0, threshold: Number.POSITIVE_INFINITY };
  let start = 0;
  for (const end of ranking.groupEnds) {
    for (let k = start; k < end; k++) {
      const row = ranking.order[k] ?? 0;
      const weight = weights ? (weights[row] ?? 0) : 1;
      seen += weight;
      if (ranking.labels[row] === 1) found += weight;
    }
    // The lowest threshold with this recall is kept out: the first that reaches it has the better precision.
    if (seen > 0 && found / seen >= minimum && found > best.found)
      best = { found, threshold: ranking.scores[ranking.order[end - 1] ?? 0] ?? 0 };
    start = end;
  }
  return found === 0 ? null : { recall: best.found / found, threshold: best.threshold };
}

/**
 * The threshold (score ≥ threshold is positive) with the largest F1, the highest of equals, and that F1. Null without a
 * positive.
 */
export function bestF1Threshold(ranking: Ranking): { threshold: number; f1: number } | null {
  const positives = ranking.labels.reduce((sum, label) => sum + label, 0);
  let best: { threshold: number; f1: number } | null = null;
  let found = 0;
  let start = 0;
  for (const end of ranking.groupEnds) {
    for (let k = start; k < end; k++) found += ranking.labels[ranking.order[k] ?? 0] ?? 0;
    const f1 = (2 * found) / (positives + end);
    if (positives > 0 && f1 > (best?.f1 ?? -1))
      best = { threshold: ranking.scores[ranking.order[end - 1] ?? 0] ?? 0, f1 };
    start = end;
  }
  return best;
}
