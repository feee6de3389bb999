export interface CalibrationBin {
  meanScore: number;
  positiveRate: number;
  n: number;
}

/** Rows sorted by score in equal-count bins (sizes differ by at most one), as NannyML's `calibration.py` cuts them. */
export function calibrationBins(labels: ArrayLike<number>, scores: ArrayLike<number>, bins = 10): CalibrationBin[] {
  const rows: number[] = [];
  for (let i = 0; i < labels.length; i++)
    if (!Number.isNaN(labels[i] ?? Number.NaN) && !Number.isNaN(scores[i] ?? Number.NaN)) rows.push(i);
  rows.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const result: CalibrationBin[] = [];
  const base = Math.floor(rows.length / bins);
  const larger = rows.length % bins;
  for (let b = 0, start = 0; b < bins; b++) {
    const n = base + (b < larger ? 1 : 0);
    let score = 0;
    let positive = 0;
    for (let k = start; k < start + n; k++) {
      score += scores[rows[k] ?? 0] ?? 0;
      positive += labels[rows[k] ?? 0] ?? 0;
    }
    if (n > 0) result.push({ meanScore: score / n, positiveRate: positive / n, n });
    start += n;
  }
  return result;
}

/** Expected calibration error: Σ (n_b/n)·|mean score − positive rate| over equal-count bins. Null without rows. */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number | null {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  return n === 0 ? null : bins.reduce((sum, bin) => sum + (bin.n / n) * Math.abs(bin.meanScore - bin.positiveRate), 0);
}
