import { argsort } from '../statistics/argsort.ts';
import type { BinaryRows } from './binaryRows.ts';
import { ascending } from './ranking.ts';
import { keepRows } from './tasks/keptRows.ts';
import { pick } from './weights.ts';

export interface CalibrationBin {
  meanScore: number;
  positiveRate: number;
  n: number;
}

/**
 * Rows sorted by score in equal-count bins (sizes differ by at most one), as NannyML's `calibration.py` cuts them. With
 * weights, the means of a bin are weighted, and `n` is the weight of its rows.
 */
export function calibrationBins(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  bins = 10,
  weights?: ArrayLike<number>,
): CalibrationBin[] {
  const { kept } = keepRows(
    labels.length,
    undefined,
    (i) => !Number.isNaN(labels[i] ?? Number.NaN) && !Number.isNaN(scores[i] ?? Number.NaN) && (weights?.[i] ?? 1) > 0,
  );
  const order = argsort(pick(scores, kept));
  for (let k = 0; k < order.length; k++) order[k] = kept[order[k] ?? 0] ?? 0;
  return binsOf({ labels, scores, weights }, order, bins);
}

/** The bins of rows whose labels and scores are all known, in the order that a ranking has. */
export function calibrationOfRanking({ labels, scores, ranking, weights }: BinaryRows, bins = 10): CalibrationBin[] {
  const order = ascending(ranking);
  return binsOf({ labels, scores, weights }, weights ? order.filter((row) => (weights[row] ?? 0) > 0) : order, bins);
}

interface ScoredRows {
  labels: ArrayLike<number>;
  scores: ArrayLike<number>;
  weights: ArrayLike<number> | undefined;
}

function binsOf({ labels, scores, weights }: ScoredRows, order: Uint32Array, bins: number): CalibrationBin[] {
  const result: CalibrationBin[] = [];
  const base = Math.floor(order.length / bins);
  const larger = order.length % bins;
  for (let b = 0, start = 0; b < bins; b++) {
    const size = base + (b < larger ? 1 : 0);
    let [n, score, positive] = [0, 0, 0];
    for (let k = start; k < start + size; k++) {
      const row = order[k] ?? 0;
      const weight = weights?.[row] ?? 1;
      n += weight;
      score += weight * (scores[row] ?? 0);
      positive += weight * (labels[row] ?? 0);
    }
    if (n > 0) result.push({ meanScore: score / n, positiveRate: positive / n, n });
    start += size;
  }
  return result;
}

/** Expected calibration error: Σ (n_b/n)·|mean score − positive rate| over equal-count bins. Null without rows. */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number | null {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  return n === 0 ? null : bins.reduce((sum, bin) => sum + (bin.n / n) * Math.abs(bin.meanScore - bin.positiveRate), 0);
}
