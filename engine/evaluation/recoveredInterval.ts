import type { Interval } from './intervals.ts';

/** A value with its interval. */
export interface Limits extends Interval {
  value: number;
}

/**
 * The interval of the weighted mean of independent values, from their own intervals (Zou and Donner 2008, the method of
 * variance estimates recovery). Without weights each counts alike.
 */
export function meanInterval(parts: readonly Limits[], weights?: readonly number[]): Interval {
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : parts.length;
  const weightOf = (i: number) => (weights ? (weights[i] ?? 0) : 1);
  const mean = parts.reduce((sum, { value }, i) => sum + weightOf(i) * value, 0) / total;
  const width = (end: (part: Limits) => number) =>
    Math.sqrt(parts.reduce((sum, part, i) => sum + (weightOf(i) * end(part)) ** 2, 0)) / total;
  return { low: mean - width((part) => part.value - part.low), high: mean + width((part) => part.high - part.value) };
}

/** The interval of the difference `a − b` of two independent values (Newcombe 1998, method 10). */
export function differenceInterval(a: Limits, b: Limits): Interval {
  return dependentDifferenceInterval(a, b, 0);
}

/** The interval of the difference `a − b` of two values with a correlation (Zou 2007). */
export function dependentDifferenceInterval(a: Limits, b: Limits, correlation: number): Interval {
  const difference = a.value - b.value;
  const width = (own: number, other: number) =>
    Math.sqrt(Math.max(0, own ** 2 - 2 * correlation * own * other + other ** 2));
  return {
    low: difference - width(a.value - a.low, b.high - b.value),
    high: difference + width(a.high - a.value, b.value - b.low),
  };
}

/** The interval of the ratio `a / b` of two independent values that are not negative (Donner and Zou 2012). */
export function ratioInterval(a: Limits, b: Limits): Interval {
  const product = a.value * b.value;
  const end = (own: number, other: number, sign: 1 | -1) => {
    const whole = other * (2 * b.value - other);
    if (whole === 0) return sign === 1 ? Number.POSITIVE_INFINITY : 0;
    const root = Math.sqrt(Math.max(0, product ** 2 - own * other * (2 * a.value - own) * (2 * b.value - other)));
    return (product + sign * root) / whole;
  };
  return { low: Math.max(0, end(a.low, b.high, -1)), high: end(a.high, b.low, 1) };
}
