import { binomialInterval } from '../statistics/binomialInterval.ts';
import type { Interval } from './intervals.ts';

/** With fewer large losses, resamples without any are too common to say how often one occurs. */
const fewestLarge = 10;

/**
 * Bounds of a mean loss from how many losses are large, which are those above the mean: the share of large ones is that
 * of its interval (Clopper and Pearson 1934), and none is beyond the largest. `spreads` divides the losses by the mean
 * of other numbers of the same rows. Null without losses that differ.
 */
export function largeLossInterval(
  losses: Float64Array,
  spreads: Float64Array | undefined,
  confidence: number,
): { interval: Interval; isRare: boolean } | null {
  const known = losses.filter((loss, i) => !Number.isNaN(loss) && !Number.isNaN(spreads?.[i] ?? 0));
  const ofLosses = partsOf(known, confidence);
  if (!ofLosses) return null;
  const { interval, isRare } = ofLosses;
  if (!spreads) return { interval, isRare };
  const others = partsOf(
    spreads.filter((spread, i) => !Number.isNaN(spread) && !Number.isNaN(losses[i] ?? Number.NaN)),
    confidence,
  );
  return others && others.interval.low > 0
    ? { interval: { low: interval.low / others.interval.high, high: interval.high / others.interval.low }, isRare }
    : null;
}

function partsOf(losses: Float64Array, confidence: number): { interval: Interval; isRare: boolean } | null {
  const n = losses.length;
  const mean = losses.reduce((sum, loss) => sum + loss / n, 0);
  const [large, small] = [losses.filter((loss) => loss > mean), losses.filter((loss) => loss <= mean)];
  if (large.length === 0 || small.length === 0) return null;
  const meanOf = (part: Float64Array) => part.reduce((sum, loss) => sum + loss / part.length, 0);
  const largest = losses.reduce((a, b) => Math.max(a, b), 0);
  const { low, high } = binomialInterval(large.length, n, confidence);
  const [ofLarge, ofSmall] = [meanOf(large), meanOf(small)];
  return {
    interval: { low: low * ofLarge + (1 - low) * ofSmall, high: high * largest + (1 - high) * ofSmall },
    isRare: large.length < fewestLarge,
  };
}
