import type { Interval } from './intervals.ts';
import type { RowLosses } from './preparedMetrics.ts';
import { quantile } from '../statistics/quantile.ts';

/** A change of a metric, and its standard error. */
interface Spread {
  change: number;
  error: number;
}

/**
 * The change of a metric that is a mean of losses, its root, or 1 − that mean over another: from the losses of the same
 * rows before and after, as a function of how often each row is drawn. The error is that of the delta method on the
 * differences of rows, so that what both have in common cancels. Null without rows.
 */
export function pairedLosses(
  after: RowLosses,
  before: RowLosses,
  weights: Float64Array | undefined,
): (drawn?: ArrayLike<number>) => Spread | null {
  const [a, b, s] = [after.losses, before.losses, after.spreads];
  return (drawn) => {
    let [n, whole, sumA, sumB, sumS] = [0, 0, 0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      const times = drawn ? (drawn[i] ?? 0) : 1;
      const weight = times * (weights ? (weights[i] ?? 0) : 1);
      n += times;
      whole += weight;
      sumA += weight * (a[i] ?? 0);
      sumB += weight * (b[i] ?? 0);
      if (s) sumS += weight * (s[i] ?? 0);
    }
    if (n < 2 || whole === 0) return null;
    const [meanA, meanB, meanS] = [sumA / whole, sumB / whole, s ? sumS / whole : 1];
    const [rootA, rootB] = [Math.sqrt(meanA), Math.sqrt(meanB)];
    const isRoot = after.as === 'root';
    if ((isRoot && (rootA === 0 || rootB === 0)) || meanS === 0) return null;
    const sign = after.as === 'explained' ? -1 : 1;
    const change = isRoot ? rootA - rootB : (sign * (meanA - meanB)) / meanS;
    let squares = 0;
    for (let i = 0; i < a.length; i++) {
      const times = drawn ? (drawn[i] ?? 0) : 1;
      if (times === 0) continue;
      const [x, y] = [a[i] ?? 0, b[i] ?? 0];
      const part = isRoot
        ? (x - meanA) / (2 * rootA) - (y - meanB) / (2 * rootB)
        : (sign * (x - y) - change * (s ? (s[i] ?? 0) : 1)) / meanS;
      squares += times * ((weights ? (weights[i] ?? 0) : 1) * part) ** 2;
    }
    return { change, error: Math.sqrt((squares * n) / (n - 1)) / whole };
  };
}

/** How many of its standard errors a drawn change is from that of all rows; null without a spread. */
export function pivotOfChange(drawn: Spread | null, all: Spread): number | null {
  return drawn && drawn.error > 0 ? (drawn.change - all.change) / drawn.error : null;
}

/** The interval by the studentised bootstrap (Efron 1979), from the pivots of resamples, sorted; null of too few. */
export function pivotInterval(
  { change, error }: Spread,
  pivots: Float64Array | undefined,
  confidence: number,
): Interval | null {
  if (!pivots || pivots.length < 20 || error === 0) return null;
  const tail = (1 - confidence) / 2;
  return { low: change - quantile(pivots, 1 - tail) * error, high: change - quantile(pivots, tail) * error };
}
