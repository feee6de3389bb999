import { averagePrecision } from './rankingAreas.ts';
import { areaUnderRoc } from './rankingAreas.ts';
import type { Share } from './macroInterval.ts';
import { rank, type Ranking } from './ranking.ts';

/** Known rows of a multilabel model. */
export interface LabelRows {
  n: number;
  truth: readonly Uint8Array[];
  decided: readonly Uint8Array[] | null;
  /** By label; null where they are not known. */
  scores: readonly Float64Array[] | null;
}

/** The labels of one row. */
export interface LabelledRow {
  labels: number;
  isTrue: (label: number) => boolean;
  isDecided: (label: number) => boolean;
  score: (label: number) => number;
  /** Labels that are true, decided, and both. */
  trues: number;
  decisions: number;
  right: number;
}

/** Sums over the rows of a multilabel model, from which its metrics follow. Arrays are by label. */
export interface LabelCounts {
  /** Weight of all rows. */
  n: number;
  /** Rows for which a label is true and decided. */
  right: Float64Array;
  labelled: Float64Array;
  predicted: Float64Array;
  /** The same sums of squared weights. */
  squares: { n: number; right: Float64Array; labelled: Float64Array; predicted: Float64Array };
  /** The mean of a value of each row; null without a row. */
  mean: (of: (row: LabelledRow) => number) => number | null;
  /** Area under the ROC curve of each label; null where it is true of all rows or of none. */
  rocAreas: () => (number | null)[];
  /** Average precision of each label; 0 where it is true of no row, as in scikit-learn. */
  prAreas: () => number[];
  /** The same of all pairs of row and label as one. */
  micro: { rocArea: () => number | null; prArea: () => number };
}

/** Prepares rows, each label sorted once; the function gives their sums by weight. */
export function labelCounter(rows: LabelRows): {
  counts: (weights?: ArrayLike<number>, squares?: ArrayLike<number>) => LabelCounts;
  valuesOf: (of: (row: LabelledRow) => number) => Float64Array;
} {
  const { n, truth, scores } = rows;
  const rankings = once(() => (scores ?? []).map((column, l) => rank(truth[l] ?? [], column)));
  const whole = once(() => rankPairs(rows));
  const known = new Map<(row: LabelledRow) => number, Float64Array>();
  const valuesOf = (of: (row: LabelledRow) => number) => {
    const found = known.get(of) ?? eachRow(rows, of);
    known.set(of, found);
    return found;
  };
  return {
    valuesOf,
    counts: (weights, squares) => {
      const sums = sumsOf(rows, weights);
      const pairWeights = once(
        () => weights && Float64Array.from({ length: n * truth.length }, (_, i) => weights[i % n] ?? 0),
      );
      return {
        ...sums,
        squares: squares ? sumsOf(rows, squares) : sums,
        mean: (of) => weightedMeanOf(valuesOf(of), weights),
        rocAreas: () => rankings().map((ranking) => areaUnderRoc(ranking, weights)),
        prAreas: () => rankings().map((ranking) => averagePrecision(ranking, weights) ?? 0),
        micro: {
          rocArea: () => areaUnderRoc(whole(), pairWeights()),
          prArea: () => averagePrecision(whole(), pairWeights()) ?? 0,
        },
      };
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** All pairs of a label and a row as rows, those of the first label first. */
function rankPairs({ n, truth, scores }: LabelRows): Ranking {
  const labels = new Uint8Array(n * truth.length);
  const all = new Float64Array(labels.length);
  for (const [l, column] of truth.entries()) {
    labels.set(column, l * n);
    const of = scores?.[l];
    if (of) all.set(of, l * n);
  }
  return rank(labels, all);
}

function eachRow({ n, truth, decided, scores }: LabelRows, of: (row: LabelledRow) => number): Float64Array {
  let at = 0;
  const isTrue = (l: number) => truth[l]?.[at] === 1;
  const isDecided = (l: number) => decided?.[l]?.[at] === 1;
  const row = {
    labels: truth.length,
    isTrue,
    isDecided,
    score: (l: number) => scores?.[l]?.[at] ?? Number.NaN,
    trues: 0,
    decisions: 0,
    right: 0,
  };
  const values = new Float64Array(n);
  for (; at < n; at++) {
    row.trues = row.decisions = row.right = 0;
    for (let l = 0; l < truth.length; l++) {
      const [own, decision] = [isTrue(l), isDecided(l)];
      if (own) row.trues++;
      if (decision) row.decisions++;
      if (own && decision) row.right++;
    }
    values[at] = of(row);
  }
  return values;
}

function weightedMeanOf(values: Float64Array, weights: ArrayLike<number> | undefined): number | null {
  let [sum, all] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    if (weight === 0) continue;
    sum += weight * (values[i] ?? 0);
    all += weight;
  }
  return all === 0 ? null : sum / all;
}

function sumsOf(
  { n, truth, decided }: LabelRows,
  weights: ArrayLike<number> | undefined,
): Pick<LabelCounts, 'n' | 'right' | 'labelled' | 'predicted'> {
  const [right, labelled, predicted] = [0, 1, 2].map(() => new Float64Array(truth.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (const [l, column] of truth.entries()) {
    const decisions = decided?.[l];
    let [both, own, given] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const [isTrue, isDecided] = [column[i] === 1, decisions?.[i] === 1];
      if (!isTrue && !isDecided) continue;
      const weight = weights ? (weights[i] ?? 0) : 1;
      if (isTrue) own += weight;
      if (isDecided) given += weight;
      if (isTrue && isDecided) both += weight;
    }
    right[l] = both;
    labelled[l] = own;
    predicted[l] = given;
  }
  let all = 0;
  for (let i = 0; i < n; i++) all += weights ? (weights[i] ?? 0) : 1;
  return { n: all, right, labelled, predicted };
}

/** A share of a label as part and whole. */
export type LabelShare = (right: number, labelled: number, predicted: number) => readonly [part: number, whole: number];

export const precisionOf: LabelShare = (right, _, predicted) => [right, predicted];
export const recallOf: LabelShare = (right, labelled) => [right, labelled];
export const f1Of: LabelShare = (right, labelled, predicted) => [2 * right, labelled + predicted];
export const jaccardOf: LabelShare = (right, labelled, predicted) => [right, labelled + predicted - right];

/** The shares of all labels. */
export function labelShares({ right, labelled, predicted, squares }: LabelCounts, share: LabelShare): Share[] {
  return [...right].map((rightly, l) => {
    const [part, whole] = share(rightly, labelled[l] ?? 0, predicted[l] ?? 0);
    const [, square] = share(squares.right[l] ?? 0, squares.labelled[l] ?? 0, squares.predicted[l] ?? 0);
    return [part, whole, square] as const;
  });
}

/** The mean of a share over the labels; one with denominator 0 is 0, as in scikit-learn. Null without a row. */
export function macroOfLabels(counts: LabelCounts, share: LabelShare): number | null {
  const shares = labelShares(counts, share);
  return counts.n === 0
    ? null
    : shares.reduce((sum, [part, whole]) => sum + (whole ? part / whole : 0), 0) / shares.length;
}

/** The same by how often each label is true; 0 where none is. */
export function weightedOfLabels(counts: LabelCounts, share: LabelShare): number | null {
  const shares = labelShares(counts, share);
  const all = counts.labelled.reduce((a, b) => a + b, 0);
  if (counts.n === 0) return null;
  const sum = shares.reduce(
    (total, [part, whole], l) => total + (counts.labelled[l] ?? 0) * (whole ? part / whole : 0),
    0,
  );
  return all === 0 ? 0 : sum / all;
}

/** The share of the sums over all labels. */
export function microShare(counts: LabelCounts, share: LabelShare): Share {
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  const of = ({ right, labelled, predicted }: Pick<LabelCounts, 'right' | 'labelled' | 'predicted'>) =>
    share(sum(right), sum(labelled), sum(predicted));
  const [part, whole] = of(counts);
  return [part, whole, of(counts.squares)[1]];
}

/** The micro average of a share; 0 where its denominator is, as in scikit-learn. Null without a row. */
export function microOfLabels(counts: LabelCounts, share: LabelShare): number | null {
  const [part, whole] = microShare(counts, share);
  return counts.n === 0 ? null : whole ? part / whole : 0;
}
