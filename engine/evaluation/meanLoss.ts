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
