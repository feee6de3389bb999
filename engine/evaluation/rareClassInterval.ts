import type { Interval } from './intervals.ts';
import { shareInterval } from './shareInterval.ts';

/** With fewer rows of a class the rows do not show how large its losses are, nor how often it occurs. */
const fewestOfClass = 30;

/** Binary rows with weights; `squares` are the squared weights, where they are not the weights themselves. */
export interface LabelledRows {
  labels: Float64Array;
  weights?: ArrayLike<number> | undefined;
  squares?: ArrayLike<number> | undefined;
}

/**
 * Bounds of the mean loss of a binary model while one class is rare among the rows; null when it is not. The share of
 * the class is that of its interval, and its mean loss at most that of a class whose scores are like those of all rows.
 */
export function rareClassInterval(
  { labels, weights, squares }: LabelledRows,
  loss: (label: number, row: number) => number,
  confidence: number,
): Interval | null {
  const sums = [0, 0].map(() => ({ rows: 0, weight: 0 }));
  let all = 0;
  for (let i = 0; i < labels.length; i++) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    const sum = sums[labels[i] === 1 ? 1 : 0];
    if (sum) {
      sum.rows += squares ? Number(weight > 0) : weight;
      sum.weight += weight;
    }
    all += squares ? (squares[i] ?? 0) : weight;
  }
  const [negatives, positives] = sums;
  if (!negatives || !positives) return null;
  const rare = positives.rows <= negatives.rows ? 1 : 0;
  const [own, others] = rare === 1 ? [positives, negatives] : [negatives, positives];
  const n = own.weight + others.weight;
  if (n === 0 || own.rows >= fewestOfClass) return null;
  let [ofRare, ofOthers, likeAll] = [0, 0, 0];
  for (const [i, label] of labels.entries()) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    if (weight === 0) continue;
    likeAll += (weight * loss(rare, i)) / n;
    if (label === rare) ofRare += (weight * loss(label, i)) / own.weight;
    else ofOthers += (weight * loss(label, i)) / others.weight;
  }
  const { low, high } = shareInterval(own.weight, n, confidence, all) ?? { low: 0, high: 1 };
  return {
    low: low * ofRare + (1 - low) * ofOthers,
    high: high * Math.max(ofRare, likeAll) + (1 - high) * ofOthers,
  };
}
