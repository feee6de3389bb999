import { binomialInterval } from '../statistics/binomialInterval.ts';
import type { Interval } from './intervals.ts';

/** With fewer rows of a class the rows do not show how large its losses are, nor how often it occurs. */
const fewestOfClass = 30;

/**
 * Bounds of the mean loss of a binary model while one class is rare among the rows; null when it is not. The share of
 * the class is that of its interval, and its mean loss at most that of a class whose scores are like those of all rows.
 */
export function rareClassInterval(
  labels: Float64Array,
  scores: Float64Array,
  loss: (label: number, score: number) => number,
  confidence: number,
): Interval | null {
  const n = labels.length;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const [rare, found] = positives <= n - positives ? [1, positives] : [0, n - positives];
  if (n === 0 || found >= fewestOfClass) return null;
  let [ofRare, ofOthers, likeAll] = [0, 0, 0];
  for (const [i, label] of labels.entries()) {
    const score = scores[i] ?? 0;
    likeAll += loss(rare, score) / n;
    if (label === rare) ofRare += loss(label, score) / found;
    else ofOthers += loss(label, score) / (n - found);
  }
  const { low, high } = binomialInterval(found, n, confidence);
  return {
    low: low * ofRare + (1 - low) * ofOthers,
    high: high * Math.max(ofRare, likeAll) + (1 - high) * ofOthers,
  };
}
