import { intervalOf, type Interval, type Resampled } from './intervals.ts';
import { largeLossInterval } from './largeLossInterval.ts';
import { isSpread, type MeanLoss } from './meanLoss.ts';
import { binomialInterval } from '../statistics/binomialInterval.ts';
import { effectiveRows } from './weights.ts';
import type { RowLoss } from './measures/measure.ts';
import { union } from './union.ts';

/** The losses of the rows of a measure, as a mean of any weights. */
export interface LossOfRows {
  mean: (weights?: ArrayLike<number>) => MeanLoss | null;
  whole: MeanLoss | null;
  as: RowLoss['as'];
  losses: Float64Array;
  spreads: Float64Array | undefined;
  weights: ArrayLike<number> | undefined;
  /** The squared weights; undefined where they are the weights themselves. */
  squares: ArrayLike<number> | undefined;
  /** The largest loss that a row can have, where that is known. */
  largest: number | undefined;
}

/** Resamples hold a pivot under this name: how many of its standard errors a mean is from that of all rows. */
export const pivotOf = (name: string) => `pivot of ${name}`;

export function pivotStatistic(drawn: MeanLoss, whole: MeanLoss): number | null {
  return isSpread(drawn) ? (drawn.mean - whole.mean) / (drawn.error ?? 1) : null;
}

export function metricOfMean(mean: number, as: LossOfRows['as']): number {
  return as === 'root' ? Math.sqrt(mean) : as === 'explained' || as === 'gain' ? 1 - mean : mean;
}

/** Rows show less of large losses than of small ones: the upper end has a fourth of the tail. */
const tailOfLarge = 4;

/**
 * The interval of a mean by the studentised bootstrap (Efron 1979): rare large losses widen its upper end, which the
 * percentiles of resamples miss. Resamples with hardly any large loss would put that end anywhere, so it is bounded by
 * the largest loss and the share of large ones. Where all losses are equal, nothing says how large a rare one is: null,
 * or up to the largest possible loss in the share of rows that may not have been seen.
 */
export function studentised(
  { whole, as, losses, spreads, weights, squares, largest }: LossOfRows,
  resampled: Resampled,
  name: string,
  confidence: number,
): Interval | null {
  const pivots = intervalOf(resampled, pivotOf(name), confidence);
  const far = 1 - (1 - confidence) / tailOfLarge;
  const farther = intervalOf(resampled, pivotOf(name), far);
  if (!whole) return null;
  if (!isSpread(whole)) {
    if (largest === undefined) return null;
    const n = weights ? effectiveRows(weights) : losses.length;
    const unseen = binomialInterval(0, n, confidence).high;
    return { low: whole.mean, high: Math.max(whole.mean, (1 - unseen) * whole.mean + unseen * largest) };
  }
  const error = whole.error ?? 0;
  const few = largeLossInterval({ losses, spreads, weights, squares }, confidence);
  const bound =
    largeLossInterval({ losses, spreads, weights, squares }, far)?.interval.high ?? Number.POSITIVE_INFINITY;
  const least = losses.some((loss) => loss < 0) ? Number.NEGATIVE_INFINITY : 0;
  const drawn = pivots &&
    farther && {
      low: Math.max(least, whole.mean - Math.max(0, pivots.high) * error),
      high: Math.min(bound, whole.mean - Math.min(0, farther.low) * error),
    };
  const found = union(drawn, few?.isRare ? few.interval : null);
  if (!found) return null;
  const ends = [metricOfMean(found.low, as), metricOfMean(found.high, as)];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}
