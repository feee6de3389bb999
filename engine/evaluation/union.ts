import type { Interval } from './intervals.ts';

/** The interval that spans two; null without any. */
export function union(a: Interval | null, b: Interval | null): Interval | null {
  return a && b ? { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) } : (a ?? b);
}
