import { studentTwoSided } from '../../statistics/betaTail.ts';
import { normalTail } from '../../statistics/normal.ts';

/** Sums of losses over some rows. */
export interface LossSums {
  n: number;
  sum: number;
  /** Σ loss² */
  squares: number;
}

/** Welch's t of whether the mean loss of a part is larger than that of the rest. */
export interface Welch {
  /** Mean of the part minus that of the rest, over its standard error. */
  t: number;
  df: number;
  /** The difference over the root of the mean of both variances, as Slice Finder (Chung et al. 2019) has it. */
  effect: number;
}

/**
 * Compares a part with the rest. The part's variance counts as at least that of the rest: few rows that are all wrong
 * vary by nothing, which would make any difference significant.
 */
export function welch(part: LossSums, rest: LossSums): Welch | null {
  if (part.n < 2 || rest.n < 2) return null;
  const [mean, other] = [part.sum / part.n, rest.sum / rest.n];
  const varianceOther = Math.max(0, rest.squares - rest.sum * other) / (rest.n - 1);
  const variance = Math.max(varianceOther, (part.squares - part.sum * mean) / (part.n - 1));
  const [own, its] = [variance / part.n, varianceOther / rest.n];
  const error = Math.sqrt(own + its);
  // Equal losses on both sides leave rounding as the only spread.
  if (!(error > 1e-9 * Math.max(Math.abs(mean), Math.abs(other)))) return null;
  return {
    t: (mean - other) / error,
    df: (own + its) ** 2 / (own ** 2 / (part.n - 1) + its ** 2 / (rest.n - 1)),
    effect: (mean - other) / Math.sqrt((variance + varianceOther) / 2),
  };
}

/** One-sided: how often chance alone makes a part worse by as much. */
export function pValueOf({ t, df }: Welch): number {
  // Of many degrees of freedom that of a normal, which keeps its digits far out.
  if (df > 1e5) return normalTail(t);
  const half = studentTwoSided(t, df) / 2;
  return t >= 0 ? half : 1 - half;
}

/** The sums of the rows that are not in a part. */
export function without(whole: LossSums, part: LossSums): LossSums {
  return { n: whole.n - part.n, sum: whole.sum - part.sum, squares: whole.squares - part.squares };
}
