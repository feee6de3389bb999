import { binomialInterval } from '../statistics/binomialInterval.ts';
import type { Interval } from './intervals.ts';
import type { LabelledRows } from './rareClassInterval.ts';

/**
 * Bounds of the mean loss of a binary model whose scores are all on the right side of their labels, or all on the wrong
 * one; null for any other. The rows show no loss of the other kind, so its share is that of something never seen
 * (Clopper and Pearson 1934), and its loss that of the same scores with the other label.
 */
export function oneSidedInterval(
  { labels, weights, squares }: LabelledRows,
  loss: (label: number, row: number) => number,
  confidence: number,
): Interval | null {
  let [n, all, mean, other] = [0, 0, 0, 0];
  let [isSmaller, isLarger] = [true, true];
  for (const [i, label] of labels.entries()) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    if (weight === 0) continue;
    const [own, flipped] = [loss(label, i), loss(1 - label, i)];
    n += weight;
    all += squares ? (squares[i] ?? 0) : weight;
    mean += weight * own;
    other += weight * flipped;
    isSmaller &&= own < flipped;
    isLarger &&= own > flipped;
  }
  if (n === 0 || (!isSmaller && !isLarger)) return null;
  const unseen = binomialInterval(0, (n * n) / all, confidence).high;
  const [own, end] = [mean / n, ((1 - unseen) * mean + unseen * other) / n];
  return { low: Math.min(own, end), high: Math.max(own, end) };
}
