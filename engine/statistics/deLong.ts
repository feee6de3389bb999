import { normalTail } from './normal.ts';

/** The comparison of two areas under the ROC curve on the same rows. */
export interface DeLongTest {
  own: number;
  other: number;
  /** Standard error of `own − other`; 0 where both rank every pair alike. */
  error: number;
  /** Two-sided p of no difference; 1 where neither the difference nor its error says anything. */
  p: number;
}

/**
 * DeLong, DeLong and Clarke-Pearson (1988) for two scores of the same rows, by midranks (Sun and Xu 2014): O(n log n). Rows
 * without a label or a score of both are left out by the caller. Null with fewer than two rows of a class.
 */
export function deLong(labels: ArrayLike<number>, own: ArrayLike<number>, other: ArrayLike<number>): DeLongTest | null {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let i = 0; i < labels.length; i++) (labels[i] === 1 ? positives : negatives).push(i);
  if (positives.length < 2 || negatives.length < 2) return null;
  const [a, b] = [placements(own, positives, negatives), placements(other, positives, negatives)];
  const difference = (x: Float64Array, y: Float64Array) => x.map((value, i) => value - (y[i] ?? 0));
  const variance =
    varianceOf(difference(a.positives, b.positives)) / positives.length +
    varianceOf(difference(a.negatives, b.negatives)) / negatives.length;
  const error = Math.sqrt(Math.max(0, variance));
  const gap = a.area - b.area;
  const p = error > 0 ? 2 * normalTail(Math.abs(gap) / error) : gap === 0 ? 1 : 0;
  return { own: a.area, other: b.area, error, p: Math.min(1, p) };
}

/** For each row, the share of rows of the other class that it is ranked rightly against; ties count half. */
function placements(
  scores: ArrayLike<number>,
  positives: readonly number[],
  negatives: readonly number[],
): { positives: Float64Array; negatives: Float64Array; area: number } {
  const [m, n] = [positives.length, negatives.length];
  const all = midranks(Float64Array.from([...positives, ...negatives], (i) => scores[i] ?? Number.NaN));
  const within = {
    positives: midranks(Float64Array.from(positives, (i) => scores[i] ?? Number.NaN)),
    negatives: midranks(Float64Array.from(negatives, (i) => scores[i] ?? Number.NaN)),
  };
  const ofPositives = Float64Array.from(positives, (_, i) => ((all[i] ?? 0) - (within.positives[i] ?? 0)) / n);
  const ofNegatives = Float64Array.from(negatives, (_, j) => 1 - ((all[m + j] ?? 0) - (within.negatives[j] ?? 0)) / m);
  return {
    positives: ofPositives,
    negatives: ofNegatives,
    area: ofPositives.reduce((sum, value) => sum + value, 0) / m,
  };
}

/** Ranks from 1, the mean of equal ones. */
function midranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < order.length;) {
    let j = i;
    while (j < order.length && values[order[j] ?? 0] === values[order[i] ?? 0]) j++;
    for (let k = i; k < j; k++) ranks[order[k] ?? 0] = (i + j + 1) / 2;
    i = j;
  }
  return ranks;
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
