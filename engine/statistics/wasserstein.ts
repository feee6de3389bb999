import { deviationOf, momentsOf } from './moments.ts';
import { totalsOf, type NumberPair } from './pairs.ts';

/**
 * First Wasserstein distance of two sorted samples, in their unit: ∫ |F − G|, as scipy's `wasserstein_distance`. Null
 * when a side is empty.
 */
export function wasserstein(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length === 0 || b.length === 0) return null;
  let i = 0;
  let j = 0;
  let distance = 0;
  let previous = Math.min(a[0] ?? 0, b[0] ?? 0);
  while (i < a.length || j < b.length) {
    const x = i < a.length ? (a[i] ?? 0) : Number.POSITIVE_INFINITY;
    const y = j < b.length ? (b[j] ?? 0) : Number.POSITIVE_INFINITY;
    const next = Math.min(x, y);
    distance += Math.abs(i / a.length - j / b.length) * (next - previous);
    previous = next;
    while (i < a.length && a[i] === next) i++;
    while (j < b.length && b[j] === next) j++;
  }
  return distance;
}

/** The same of weighted points. Infinite values give what scipy's arithmetic gives: Infinity or NaN. */
export function wassersteinOfPair(pair: NumberPair): number | null {
  const { nReference, nCurrent } = totalsOf(pair);
  if (nReference === 0 || nCurrent === 0) return null;
  let [below, belowCurrent, distance] = [0, 0, 0];
  for (let i = 0; i + 1 < pair.values.length; i++) {
    below += pair.reference[i] ?? 0;
    belowCurrent += pair.current[i] ?? 0;
    distance +=
      Math.abs(below / nReference - belowCurrent / nCurrent) * ((pair.values[i + 1] ?? 0) - (pair.values[i] ?? 0));
  }
  return distance;
}

/**
 * Wasserstein over the standard deviation of the reference (n in the denominator; at least 0.001), as evidently norms
 * it: `wasserstein_std`.
 */
export function wassersteinStd(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const distance = wasserstein(reference, current);
  return distance === null ? null : distance / Math.max(standardDeviation(reference), 0.001);
}

/** `wasserstein_std` of weighted points. */
export function wassersteinStdOfPair(pair: NumberPair): number | null {
  const distance = wassersteinOfPair(pair);
  return distance === null ? null : distance / Math.max(deviationOf(momentsOf(pair.values, pair.reference)), 0.001);
}

/**
 * The unit of `wasserstein_std` in Loopwright's own profile, free of the columns' scale: the standard deviation of the
 * reference; of both sides together where the reference is constant. Differences in the last digits of a double are no
 * spread.
 */
export function scaleOfPair({ values, reference, current }: NumberPair): number {
  const largest = Math.max(Math.abs(values[0] ?? 0), Math.abs(values.at(-1) ?? 0));
  const own = deviationOf(momentsOf(values, reference));
  if (own > largest * 1e-12) return own;
  const pooled = deviationOf(
    momentsOf(
      values,
      reference.map((count, i) => count + (current[i] ?? 0)),
    ),
  );
  return Math.max(pooled, largest * 1e-12);
}

/** Standard deviation with n in the denominator (ddof 0). NaN of nothing. */
export function standardDeviation(values: ArrayLike<number>): number {
  return deviationOf(momentsOf(values, null));
}
