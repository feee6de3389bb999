import { deviationOf, momentsOf } from './moments.ts';

/** The quartiles of a normal population are this many standard deviations apart. */
const normalRange = 1.349;
/** The ratio of an exponential distribution is 1.2, of a lognormal with σ = 1 it is 2, with σ = 1.5 it is 5. */
const heavy = 3;

/**
 * Whether a few far values make the standard deviation of weighted points: it is more than three times what the
 * quartiles tell. A shift of the whole population is then small in standard deviations. False where the quartiles are
 * equal.
 */
export function hasHeavyTails(values: ArrayLike<number>, weights: ArrayLike<number>): boolean {
  const moments = momentsOf(values, weights);
  const quarter = (share: number) => {
    let below = 0;
    for (let i = 0; i < values.length; i++) if ((below += weights[i] ?? 0) >= share * moments.n) return values[i] ?? 0;
    return 0;
  };
  const range = quarter(0.75) - quarter(0.25);
  return range > 0 && deviationOf(moments) > (heavy * range) / normalRange;
}
