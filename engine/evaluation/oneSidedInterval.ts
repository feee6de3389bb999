import { binomialInterval } from '../statistics/binomialInterval.ts';
import type { Interval } from './intervals.ts';

/**
 * Bounds of the mean loss of a binary model whose scores are all on the right side of their labels, or all on the wrong
 * one; null for any other. The rows show no loss of the other kind, so its share is that of something never seen
 * (Clopper and Pearson 1934), and its loss that of the same scores with the other label.
 */
export function oneSidedInterval(
  labels: Float64Array,
  scores: Float64Array,
  loss: (label: number, score: number) => number,
  confidence: number,
): Interval | null {
  const n = labels.length;
  let [mean, other, smaller, larger] = [0, 0, 0, 0];
  for (const [i, label] of labels.entries()) {
    const [own, flipped] = [loss(label, scores[i] ?? 0), loss(1 - label, scores[i] ?? 0)];
    mean += own / n;
    other += flipped / n;
    if (own < flipped) smaller++;
    if (own > flipped) larger++;
  }
  if (n === 0 || (smaller < n && larger < n)) return null;
  const unseen = binomialInterval(0, n, confidence).high;
  const end = (1 - unseen) * mean + unseen * other;
  return { low: Math.min(mean, end), high: Math.max(mean, end) };
}
