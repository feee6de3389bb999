import type { Interval } from './intervals.ts';

/**
 * The interval of the worst of several values; `sign` is −1 where smaller is better. Every value meets a bound with a
 * confidence when each does, so the worse end needs no correction; the better end, which says that some value misses it,
 * is corrected for their number (Bonferroni). Null where one has no interval.
 */
export function worstInterval(
  values: readonly { intervalAt: (confidence: number) => Interval | null }[],
  sign: 1 | -1,
  confidence: number,
): Interval | null {
  const corrected = 1 - (1 - confidence) / values.length;
  let [worse, better] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { intervalAt } of values) {
    const [single, simultaneous] = [intervalAt(confidence), intervalAt(corrected)];
    if (!single || !simultaneous) return null;
    worse = Math.min(worse, sign === 1 ? single.low : -single.high);
    better = Math.min(better, sign === 1 ? simultaneous.high : -simultaneous.low);
  }
  return sign === 1 ? { low: worse, high: better } : { low: -better, high: -worse };
}
