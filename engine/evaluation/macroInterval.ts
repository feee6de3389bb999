import type { Interval } from './intervals.ts';
import { meanInterval } from './recoveredInterval.ts';
import { shareInterval } from './shareInterval.ts';

/** A share of rows as part, whole and sum of squared weights of the whole. */
export type Share = readonly [part: number, whole: number, squares?: number];

/**
 * The interval of a mean of shares of different rows, each with its weight; null without a share, or where a whole is
 * 0.
 */
export function macroInterval(
  shares: readonly Share[],
  confidence: number,
  weights?: readonly number[],
): Interval | null {
  const parts = shares.flatMap(([part, whole, squares]) => {
    const interval = shareInterval(part, whole, confidence, squares);
    return interval ? [{ value: part / whole, ...interval }] : [];
  });
  return parts.length === 0 || parts.length < shares.length ? null : meanInterval(parts, weights);
}
