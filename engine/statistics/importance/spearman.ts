import { studentTwoSided } from '../betaTail.ts';

export interface RankCorrelation {
  /** From −1 to 1. */
  rho: number;
  /** Two-sided, by Student's t with n − 2 degrees of freedom. */
  pValue: number;
}

/**
 * Spearman's rank correlation with mean ranks for ties: Pearson's over the ranks. Null for fewer than 3 pairs or a
 * constant side.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): RankCorrelation | null {
  const n = a.length;
  if (n < 3 || b.length !== n) return null;
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (n + 1) / 2;
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [(x[i] ?? 0) - middle, (y[i] ?? 0) - middle];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  if (xx === 0 || yy === 0) return null;
  const rho = Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
  if (Math.abs(rho) === 1) return { rho, pValue: 0 };
  return { rho, pValue: studentTwoSided(rho * Math.sqrt((n - 2) / ((rho + 1) * (1 - rho))), n - 2) };
}

/** Ranks from 1; equal values have the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const found = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) found[order[i] ?? 0] = (from + 1 + to) / 2;
    from = to;
  }
  return found;
}
