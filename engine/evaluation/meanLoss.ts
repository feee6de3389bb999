/** The mean of some losses and its standard error; the error is null with fewer than two rows. */
export interface MeanLoss {
  mean: number;
  error: number | null;
}

/** True when the losses differ by more than the rounding of their sums. */
export function isSpread({ mean, error }: MeanLoss): boolean {
  return error !== null && error > 1e-12 * Math.abs(mean);
}

/**
 * The weighted mean of losses, as a function of weights; null without rows. NaN rows are left out. One pass a resample:
 * the sums are those of distances from a middle, so that large losses lose no digits.
 */
export function meanLoss(losses: Float64Array): (weights?: ArrayLike<number>) => MeanLoss | null {
  const rows = rowsWith(losses);
  const middle = rows.reduce((sum, i) => sum + (losses[i] ?? 0), 0) / rows.length;
  const away = Float64Array.from(rows, (i) => (losses[i] ?? 0) - middle);
  return (weights) => {
    let [n, sum, squared] = [0, 0, 0];
    for (let k = 0; k < away.length; k++) {
      const weight = weights ? (weights[rows[k] ?? 0] ?? 0) : 1;
      const distance = away[k] ?? 0;
      n += weight;
      sum += weight * distance;
      squared += weight * distance * distance;
    }
    if (n === 0) return null;
    const variance = Math.max(0, squared - (sum * sum) / n) / (n - 1);
    return { mean: middle + sum / n, error: n < 2 ? null : Math.sqrt(variance / n) };
  };
}

/**
 * The mean of losses over that of other numbers of the same rows, and its standard error (delta method), as a function
 * of weights. Rows where either is NaN are left out; null without rows, or where the other mean is 0.
 */
export function relativeMeanLoss(
  losses: Float64Array,
  others: Float64Array,
): (weights?: ArrayLike<number>) => MeanLoss | null {
  const rows = rowsWith(losses).filter((i) => !Number.isNaN(others[i] ?? Number.NaN));
  const own = Float64Array.from(rows, (i) => losses[i] ?? 0);
  const other = Float64Array.from(rows, (i) => others[i] ?? 0);
  return (weights) => {
    let [n, sum, sumOfOther, squared, crossed, squaredOther] = [0, 0, 0, 0, 0, 0];
    for (let k = 0; k < own.length; k++) {
      const weight = weights ? (weights[rows[k] ?? 0] ?? 0) : 1;
      const [a, b] = [own[k] ?? 0, other[k] ?? 0];
      n += weight;
      sum += weight * a;
      sumOfOther += weight * b;
      squared += weight * a * a;
      crossed += weight * a * b;
      squaredOther += weight * b * b;
    }
    if (n === 0 || sumOfOther === 0) return null;
    const ratio = sum / sumOfOther;
    const rest = Math.max(0, squared - 2 * ratio * crossed + ratio * ratio * squaredOther);
    return { mean: ratio, error: n < 2 ? null : Math.sqrt((rest / (n - 1)) * n) / sumOfOther };
  };
}

function rowsWith(losses: Float64Array): Uint32Array {
  const rows: number[] = [];
  for (let i = 0; i < losses.length; i++) if (!Number.isNaN(losses[i] ?? Number.NaN)) rows.push(i);
  return Uint32Array.from(rows);
}
