import { binomialInterval } from '../statistics/binomialInterval.ts';
import type { Interval } from './intervals.ts';

/** The interval of a share of rows; null where the whole is 0. */
export function shareInterval(part: number, whole: number, confidence: number): Interval | null {
  return whole === 0 ? null : binomialInterval(part, whole, confidence);
}

/**
 * The interval of F1 = 2·tp / (2·tp + fp + fn). Among the rows that are positive in truth or prediction, those that are
 * both are a proportion J, and F1 = 2J / (1 + J) grows with it, so the ends of the interval of J give those of F1.
 */
export function f1Interval(both: number, either: number, confidence: number): Interval | null {
  const share = shareInterval(both, either, confidence);
  const f1 = (j: number) => (2 * j) / (1 + j);
  return share && { low: f1(share.low), high: f1(share.high) };
}
