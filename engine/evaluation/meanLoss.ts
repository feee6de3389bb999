/** The mean of some losses and its standard error; the error is null with fewer than two rows. */
export interface MeanLoss {
  mean: number;
  error: number | null;
}

/** The weighted mean of losses. NaN rows are left out; null without rows. */
export function meanLoss(losses: Float64Array, weights?: ArrayLike<number>): MeanLoss | null {
  let [n, sum] = [0, 0];
  for (let i = 0; i < losses.length; i++) {
    const loss = losses[i] ?? Number.NaN;
    if (Number.isNaN(loss)) continue;
    const weight = weights ? (weights[i] ?? 0) : 1;
    n += weight;
    sum += weight * loss;
  }
  if (n === 0) return null;
  const mean = sum / n;
  let squared = 0;
  for (let i = 0; i < losses.length; i++) {
    const loss = losses[i] ?? Number.NaN;
    if (!Number.isNaN(loss)) squared += (weights ? (weights[i] ?? 0) : 1) * (loss - mean) ** 2;
  }
  return { mean, error: n < 2 ? null : Math.sqrt(squared / (n - 1) / n) };
}

/**
 * The mean of losses over that of other numbers of the same rows, and its standard error (delta method). Rows where
 * either is NaN are left out; null without rows, or where the other mean is 0.
 */
export function relativeLoss(losses: Float64Array, others: Float64Array, weights?: ArrayLike<number>): MeanLoss | null {
  let [n, sum, sumOfOthers] = [0, 0, 0];
  const each = (visit: (loss: number, other: number, weight: number) => void) => {
    for (let i = 0; i < losses.length; i++) {
      const [loss, other] = [losses[i] ?? Number.NaN, others[i] ?? Number.NaN];
      if (!Number.isNaN(loss) && !Number.isNaN(other)) visit(loss, other, weights ? (weights[i] ?? 0) : 1);
    }
  };
  each((loss, other, weight) => {
    n += weight;
    sum += weight * loss;
    sumOfOthers += weight * other;
  });
  if (n === 0 || sumOfOthers === 0) return null;
  const ratio = sum / sumOfOthers;
  let squared = 0;
  each((loss, other, weight) => {
    squared += weight * (loss - ratio * other) ** 2;
  });
  return { mean: ratio, error: n < 2 ? null : Math.sqrt((squared / (n - 1)) * n) / sumOfOthers };
}
