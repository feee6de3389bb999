import type { Interval } from './intervals.ts';
import { shareInterval } from './shareInterval.ts';

/** With fewer large losses, resamples without any are too common to say how often one occurs. */
const fewestLarge = 10;

/** Losses of rows; `spreads` divides them by the mean of other numbers of the same rows. */
export interface Losses {
  losses: Float64Array;
  spreads?: Float64Array | undefined;
  weights?: ArrayLike<number> | undefined;
  /** The squared weights; undefined where they are the weights themselves. */
  squares?: ArrayLike<number> | undefined;
}

/**
 * Bounds of a mean loss from how many losses are large, which are those above the mean: the share of large ones is that
 * of its interval (Clopper and Pearson 1934), and none is beyond the largest. Null without losses that differ.
 */
export function largeLossInterval(
  { losses, spreads, weights, squares }: Losses,
  confidence: number,
): { interval: Interval; isRare: boolean } | null {
  const isKnown = (i: number) => !Number.isNaN(losses[i] ?? Number.NaN) && !Number.isNaN(spreads?.[i] ?? 0);
  const ofLosses = partsOf({ losses, weights, squares }, isKnown, confidence);
  if (!ofLosses || !spreads) return ofLosses;
  const { interval, isRare } = ofLosses;
  const others = partsOf({ losses: spreads, weights, squares }, isKnown, confidence);
  return others && others.interval.low > 0
    ? { interval: { low: interval.low / others.interval.high, high: interval.high / others.interval.low }, isRare }
    : null;
}

function partsOf(
  { losses, weights, squares }: Losses,
  isKnown: (row: number) => boolean,
  confidence: number,
): { interval: Interval; isRare: boolean } | null {
  let [n, all, ofAll, most] = [0, 0, 0, 0];
  for (let i = 0; i < losses.length; i++) {
    if (!isKnown(i)) continue;
    const weight = weights ? (weights[i] ?? 0) : 1;
    n += weight;
    all += squares ? (squares[i] ?? 0) : weight;
    ofAll += weight * (losses[i] ?? 0);
    if (weight > 0) most = Math.max(most, losses[i] ?? 0);
  }
  const mean = ofAll / n;
  const [large, small] = [
    { rows: 0, weight: 0, sum: 0 },
    { rows: 0, weight: 0, sum: 0 },
  ];
  for (let i = 0; i < losses.length; i++) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    if (!isKnown(i) || weight === 0) continue;
    const part = (losses[i] ?? 0) > mean ? large : small;
    part.rows += squares ? 1 : weight;
    part.weight += weight;
    part.sum += weight * (losses[i] ?? 0);
  }
  if (large.weight === 0 || small.weight === 0) return null;
  const share = shareInterval(large.weight, n, confidence, all);
  if (!share) return null;
  const [ofLarge, ofSmall] = [large.sum / large.weight, small.sum / small.weight];
  return {
    interval: {
      low: share.low * ofLarge + (1 - share.low) * ofSmall,
      high: share.high * most + (1 - share.high) * ofSmall,
    },
    isRare: large.rows < fewestLarge,
  };
}
