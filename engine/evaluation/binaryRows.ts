import { confusionAt, type Confusion } from './confusion.ts';
import type { MetricParameters } from './metricParameters.ts';
import type { Decided } from './predictions.ts';
import { rank, type Ranking } from './ranking.ts';

/** Rows of a binary model whose label and score are known. A formula may read any of the forms that are prepared. */
export interface BinaryRows {
  /** 1 is positive. */
  labels: Float64Array;
  scores: Float64Array;
  /** Sorted once; weights do not change it. */
  ranking: Ranking;
  /** How much each row counts; undefined counts each once. */
  weights: ArrayLike<number> | undefined;
  /** The squared weights; undefined where each row counts once. */
  squares: ArrayLike<number> | undefined;
  /** Counts at the decision threshold. Only the formula of a measure that needs the threshold reads it. */
  confusion: Confusion;
  /** The same counts of squared weights; equal to the counts where each row counts once. */
  squared: Confusion;
  minPrecision: number;
  parameters: MetricParameters;
}

/** The weight of the rows of a class, and the number of equal rows that vary as much. */
export interface ClassSize {
  weight: number;
  squares: number;
  effective: number;
}

/** Prepares rows, sorted once; the function gives them with weights. */
export function binaryRows(
  { labels, scores, decided }: { labels: Float64Array; scores: Float64Array; decided: Decided | null },
  { minPrecision, parameters }: Pick<BinaryRows, 'minPrecision' | 'parameters'>,
): (weights?: ArrayLike<number>, squares?: ArrayLike<number>) => BinaryRows {
  const ranking = rank(labels, scores);
  const count = (weights: ArrayLike<number> | undefined) =>
    confusionAt(labels, decided?.values ?? scores, decided?.threshold ?? 0.5, weights);
  return (weights, squares) => {
    const confusion = count(weights);
    const squared = squares ? count(squares) : confusion;
    return { labels, scores, ranking, weights, squares, confusion, squared, minPrecision, parameters };
  };
}

/** The sizes of the positives and the negatives, in this order. */
export function classSizes({ labels, weights, squares }: BinaryRows): readonly [ClassSize, ClassSize] {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    const square = squares ? (squares[i] ?? 0) : weight;
    const at = labels[i] === 1 ? 0 : 2;
    sums[at] = (sums[at] ?? 0) + weight;
    sums[at + 1] = (sums[at + 1] ?? 0) + square;
  }
  const size = (weight = 0, squaresOf = 0) => ({
    weight,
    squares: squaresOf,
    effective: squaresOf > 0 ? (weight * weight) / squaresOf : 0,
  });
  return [size(sums[0], sums[1]), size(sums[2], sums[3])];
}

/** The positives and all rows with the highest scores. */
export interface TopRows {
  positives: number;
  rows: number;
}

/**
 * The rows with the highest scores, of a weight that `wanted` gives for the weight of all rows; null where there is not
 * so much. Of rows with one score at the border each counts in part, which is the mean over their orders.
 */
export function topRows({ ranking, weights }: BinaryRows, wanted: (all: number) => number): TopRows | null {
  let all = 0;
  for (let i = 0; i < ranking.labels.length; i++) all += weights ? (weights[i] ?? 0) : 1;
  const size = wanted(all);
  if (!(size > 0) || size > all * (1 + 1e-12)) return null;
  let positives = 0;
  let rows = 0;
  let start = 0;
  for (const end of ranking.groupEnds) {
    let [found, seen] = [0, 0];
    for (let k = start; k < end; k++) {
      const row = ranking.order[k] ?? 0;
      const weight = weights ? (weights[row] ?? 0) : 1;
      seen += weight;
      if (ranking.labels[row] === 1) found += weight;
    }
    const share = seen === 0 ? 0 : Math.min(1, (size - rows) / seen);
    positives += found * share;
    rows += seen * share;
    if (share < 1 && seen > 0) break;
    start = end;
  }
  return { positives, rows };
}
