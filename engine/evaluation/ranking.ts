import { argsort } from '../statistics/argsort.ts';

/**
 * Labels (0 or 1) with scores, sorted by score from high to low; rows of one score form one group. Sorted once, it
 * serves any number of weights.
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
  const n = labels.length;
  const isKept = (i: number) => !Number.isNaN(labels[i] ?? Number.NaN) && !Number.isNaN(scores[i] ?? Number.NaN);
  let size = 0;
  for (let i = 0; i < n; i++) if (isKept(i)) size++;
  const y = new Uint8Array(size);
  const s = new Float64Array(size);
  const down = new Float64Array(size);
  for (let i = 0, k = 0; i < n; i++) {
    if (!isKept(i)) continue;
    y[k] = labels[i] ? 1 : 0;
    s[k] = scores[i] ?? 0;
    down[k] = -(scores[i] ?? 0);
    k++;
  }
  const order = argsort(down);
  const ends = new Uint32Array(size);
  let groups = 0;
  for (let i = 1; i <= size; i++) if (i === size || s[order[i] ?? 0] !== s[order[i - 1] ?? 0]) ends[groups++] = i;
  return { order, groupEnds: ends.slice(0, groups), labels: y, scores: s };
}

/** The rows by ascending score; rows of one score in their own order. */
export function ascending({ order, groupEnds }: Ranking): Uint32Array {
  const turned = new Uint32Array(order.length);
  let at = 0;
  for (let group = groupEnds.length - 1; group >= 0; group--) {
    const end = groupEnds[group] ?? 0;
    for (let k = groupEnds[group - 1] ?? 0; k < end; k++) turned[at++] = order[k] ?? 0;
  }
  return turned;
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
