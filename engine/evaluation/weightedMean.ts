/** The mean of a value of label and score. Rows with NaN are left out; null without rows. */
export function weightedMean(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  value: (label: number, score: number) => number,
): number | null {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? Number.NaN;
    const score = scores[i] ?? Number.NaN;
    if (Number.isNaN(label) || Number.isNaN(score)) continue;
    const weight = weights ? (weights[i] ?? 0) : 1;
    sum += weight * value(label, score);
    n += weight;
  }
  return n === 0 ? null : sum / n;
}
