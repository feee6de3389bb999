import { binomialInterval } from '../statistics/binomialInterval.ts';
import type { Interval } from './intervals.ts';
import { meanInterval } from './recoveredInterval.ts';

/** The interval of a mean of shares `[part, whole]` of different rows; null without a share, or where a whole is 0. */
export function macroInterval(
  shares: readonly (readonly [part: number, whole: number])[],
  confidence: number,
): Interval | null {
  if (shares.length === 0 || shares.some(([, whole]) => whole === 0)) return null;
  return meanInterval(
    shares.map(([part, whole]) => ({ value: part / whole, ...binomialInterval(part, whole, confidence) })),
  );
}
