import { binomialInterval } from '../statistics/binomialInterval.ts';
import type { Interval } from './intervals.ts';

/**
 * The interval of a share of rows; null where the whole is 0. `squares` is the sum of the squared weights of the rows:
 * rows of unequal weight count as the smaller number of equal ones that vary as much (Kish 1965).
 */
export function shareInterval(part: number, whole: number, confidence: number, squares = whole): Interval | null {
  if (whole === 0) return null;
  const each = squares > 0 ? whole / squares : 1;
  // Sums of weights may miss the whole by rounding.
  return binomialInterval(Math.min(part, whole) * each, whole * each, confidence);
}

/**
 * The interval of F1 = 2·tp / (2·tp + fp + fn). Among the rows that are positive in truth or prediction, those that are
 * both are a proportion J, and F1 = 2J / (1 + J) grows with it, so the ends of the interval of J give those of F1.
 */
export function f1Interval(both: number, either: number, confidence: number, squares = either): Interval | null {
  const share = shareInterval(both, either, confidence, squares);
  const f1 = (j: number) => (2 * j) / (1 + j);
  return share && { low: f1(share.low), high: f1(share.high) };
}
