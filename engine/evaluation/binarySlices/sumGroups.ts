import type { ClassSize } from '../binaryRows.ts';
import type { Confusion } from '../confusion.ts';
import type { Groups } from '../groups.ts';
import { equalRows } from '../tasks/keptRows.ts';
import type { RankedRows } from './rankedRows.ts';

/** Sums over the rows of one group of a binary model, from which its metrics and their intervals follow. */
export interface GroupSums {
  /** Rows with truth, score and weight. */
  n: number;
  /** The number of rows of equal weight that vary as much. */
  effective: number;
  positives: ClassSize & { rows: number };
  negatives: ClassSize & { rows: number };
  /** Null where nothing decides. */
  confusion: Confusion | null;
  squared: Confusion | null;
  /** Null with one class only. */
  area: ValueWithError | null;
  /** Average precision; null without a positive. */
  precision: ValueWithError | null;
  /** Null where the scores are no probabilities. */
  loss: LossMoments | null;
}

/** A value and its standard error from the influence of each row on it (infinitesimal jackknife, Jaeckel 1972). */
export interface ValueWithError {
  value: number;
  error: number;
}

/** The mean loss, its standard error and the skewness of the losses. */
export interface LossMoments {
  mean: number;
  error: number;
  skewness: number;
  /** Rows whose score is on the right side of 0.5, and rows whose score is not. */
  right: number;
  wrong: number;
}

/** Of each grouping by group, at the number of the group plus 1; at 0 the rows without a group. */
export function sumGroups(rows: RankedRows, groupings: readonly Groups[]): GroupSums[][] {
  return Array.from({ length: Math.ceil(groupings.length / mostAtOnce) }, (_, c) =>
    sumTogether(rows, groupings.slice(c * mostAtOnce, (c + 1) * mostAtOnce)),
  ).flat();
}

function sumTogether(rows: RankedRows, groupings: readonly Groups[]): GroupSums[][] {
  const numbers = groupings.map(({ names }) => names.length + 1);
  const ranks = rankSums(rows, groupings, numbers);
  let before = 0;
  return groupings.map(({ codes }, a) => {
    const number = numbers[a] ?? 0;
    const first = before;
    before += number;
    const counts = countRows(rows, codes, number);
    return Array.from({ length: number }, (_, g) =>
      sumsOf(rows, counts.subarray(g * width), ranks.subarray((first + g) * wide)),
    );
  });
}

// Places of the counts of a group. The four kinds of decisions are at 2·label + decision.
const [rowsOf, weightOf, squareOf, width] = [0, 4, 8, 20];
const [sum, sum2, sum3, square0, square1, square2, rightRows, wrongRows] = [12, 13, 14, 15, 16, 17, 18, 19];

function countRows(
  { labels, decided, losses, scores, weights }: RankedRows,
  codes: Groups['codes'],
  number: number,
): Float64Array {
  const all = new Float64Array(number * width);
  const add = (place: number, value: number) => {
    all[place] = (all[place] as number) + value;
  };
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (label < 0) continue;
    const at = ((codes[i] as number) + 1) * width;
    const weight = weights ? (weights[i] as number) : 1;
    const square = weight * weight;
    const kind = at + 2 * label + (decided ? (decided[i] as number) : 0);
    add(kind + rowsOf, 1);
    add(kind + weightOf, weight);
    add(kind + squareOf, square);
    if (!losses) continue;
    const loss = losses[i] as number;
    add(at + sum, weight * loss);
    add(at + sum2, weight * loss * loss);
    add(at + sum3, weight * loss * loss * loss);
    add(at + square0, square);
    add(at + square1, square * loss);
    add(at + square2, square * loss * loss);
    const score = scores[i] as number;
    if (score !== 0.5) add(at + (score > 0.5 === (label === 1) ? rightRows : wrongRows), 1);
  }
  return all;
}

// Places of the sums by rank of a group: positives and negatives above, then what `rankSums` adds up.
const wide = 14;

/** More groupings would take too much memory together. */
const mostAtOnce = 8;

/**
 * The group numbers of each row of several groupings side by side, so that all of a row are in one line of the cache
 * when rows are visited by score. The groups of a grouping are numbered after those before it.
 */
function sideBySide(groupings: readonly Groups[], numbers: readonly number[]): Uint8Array | Uint16Array | Uint32Array {
  const all = numbers.reduce((a, b) => a + b, 0);
  const size = (groupings[0]?.codes.length ?? 0) * groupings.length;
  const together = all < 256 ? new Uint8Array(size) : all < 65_536 ? new Uint16Array(size) : new Uint32Array(size);
  let first = 1;
  for (const [a, { codes }] of groupings.entries()) {
    for (let i = 0, at = a; i < codes.length; i++, at += groupings.length) together[at] = (codes[i] as number) + first;
    first += numbers[a] ?? 0;
  }
  return together;
}

/**
 * Adds up what the area under the ROC curve and the average precision need, in one pass from the highest score down. A
 * row moves the area by its placement (DeLong 1988), and the average precision by its own precision and by what it does
 * to that of the rows below it: that part is a total less what is above, so that no second pass is needed.
 */
function rankSums(
  { isPositive, sortedWeights, order, ends }: RankedRows,
  groupings: readonly Groups[],
  numbers: readonly number[],
): Float64Array {
  const together = sideBySide(groupings, numbers);
  const each = groupings.length;
  const number = numbers.reduce((a, b) => a + b, 0);
  const all = new Float64Array(number * wide);
  const add = (at: number, p: number, q: number, p2: number, q2: number) => {
    const [above, below] = [all[at] as number, all[at + 1] as number];
    const [ofNegatives, ofPositives] = [below + q / 2, above + p / 2];
    const seen = above + below + p + q;
    const precision = (above + p) / seen;
    const [gains, losses] = [all[at + 7] as number, all[at + 8] as number];
    if (q > 0) {
      all[at + 2] = (all[at + 2] as number) + q * ofPositives;
      all[at + 5] = (all[at + 5] as number) + q2 * ofPositives;
      all[at + 6] = (all[at + 6] as number) + q2 * ofPositives * ofPositives;
      all[at + 11] = (all[at + 11] as number) + q2 * losses;
      all[at + 12] = (all[at + 12] as number) + q2 * losses * losses;
    }
    if (p > 0) {
      const own = precision - gains;
      all[at + 3] = (all[at + 3] as number) + p2 * ofNegatives;
      all[at + 4] = (all[at + 4] as number) + p2 * ofNegatives * ofNegatives;
      all[at + 9] = (all[at + 9] as number) + p2 * own;
      all[at + 10] = (all[at + 10] as number) + p2 * own * own;
      all[at + 7] = gains + (p * (1 - precision)) / seen;
      all[at + 8] = losses + (p * precision) / seen;
      all[at + 13] = (all[at + 13] as number) + p * precision;
    }
    all[at] = above + p;
    all[at + 1] = below + q;
  };
  const run = new Float64Array(4 * number);
  const touched = new Uint32Array(number);
  for (let start = 0, r = 0; r < ends.length; r++) {
    const end = ends[r] as number;
    if (end === start + 1) {
      const weight = sortedWeights ? (sortedWeights[start] as number) : 1;
      const from = (order[start] as number) * each;
      const label = isPositive[start] === 1;
      for (let a = from; a < from + each; a++) {
        const at = (together[a] as number) * wide;
        if (label) add(at, weight, 0, weight * weight, 0);
        else add(at, 0, weight, 0, weight * weight);
      }
      start = end;
      continue;
    }
    let groups = 0;
    for (let k = start; k < end; k++) {
      const weight = sortedWeights ? (sortedWeights[k] as number) : 1;
      const from = (order[k] as number) * each;
      for (let a = from; a < from + each; a++) {
        const group = together[a] as number;
        const at = 4 * group + (1 - (isPositive[k] as number));
        if (run[4 * group] === 0 && run[4 * group + 1] === 0) touched[groups++] = group;
        run[at] = (run[at] as number) + weight;
        run[at + 2] = (run[at + 2] as number) + weight * weight;
      }
    }
    for (let t = 0; t < groups; t++) {
      const group = touched[t] as number;
      const at = 4 * group;
      add(group * wide, run[at] as number, run[at + 1] as number, run[at + 2] as number, run[at + 3] as number);
      run.fill(0, at, at + 4);
    }
    start = end;
  }
  return all;
}

function sumsOf({ decided, losses }: RankedRows, counts: Float64Array, ranks: Float64Array): GroupSums {
  const at = (place: number) => counts[place] ?? 0;
  const classOf = (label: number) => {
    const both = (part: number) => at(part + 2 * label) + at(part + 2 * label + 1);
    const [rows, weight, squares] = [both(rowsOf), both(weightOf), both(squareOf)];
    return { rows, weight, squares, effective: equalRows(weight, squares) };
  };
  const confusionOf = (part: number) => ({ tn: at(part), fp: at(part + 1), fn: at(part + 2), tp: at(part + 3) });
  const [negatives, positives] = [classOf(0), classOf(1)];
  const effective = equalRows(positives.weight + negatives.weight, positives.squares + negatives.squares);
  return {
    n: positives.rows + negatives.rows,
    effective,
    positives,
    negatives,
    confusion: decided && confusionOf(weightOf),
    squared: decided && confusionOf(squareOf),
    ...rankValues(ranks, positives, negatives),
    loss: losses && lossMoments(at, positives.weight + negatives.weight, effective),
  };
}

function rankValues(
  ranks: Float64Array,
  { weight: positives, squares }: ClassSize,
  { weight: negatives, squares: ofNegatives }: ClassSize,
): Pick<GroupSums, 'area' | 'precision'> {
  const at = (place: number) => ranks[place] ?? 0;
  if (positives === 0) return { area: null, precision: null };
  const value = at(2) / (positives * negatives);
  const rest = 1 - value;
  const varianceOfArea =
    (rest * rest * squares - (2 * rest * at(3)) / negatives + at(4) / negatives ** 2) / positives ** 2 +
    (value * value * ofNegatives - (2 * value * at(5)) / positives + at(6) / positives ** 2) / negatives ** 2;
  const [gains, losses] = [at(7), at(8)];
  const average = at(13) / positives;
  const shift = gains - average;
  const varianceOfAverage =
    (at(10) + 2 * shift * at(9) + shift * shift * squares) / positives ** 2 +
    (losses * losses * ofNegatives - 2 * losses * at(11) + at(12)) / positives ** 2;
  const error = (variance: number) => Math.sqrt(Math.max(0, variance));
  return {
    area: negatives === 0 ? null : { value, error: error(varianceOfArea) },
    precision: { value: average, error: error(varianceOfAverage) },
  };
}

/** Σ w², Σ w²·loss and Σ w²·loss² give the error of a mean of unequal weights. */
function lossMoments(at: (place: number) => number, weight: number, effective: number): LossMoments | null {
  if (weight === 0) return null;
  const mean = at(sum) / weight;
  const variance = Math.max(0, at(sum2) / weight - mean * mean);
  const third = at(sum3) / weight - 3 * mean * (at(sum2) / weight) + 2 * mean ** 3;
  const squared = Math.max(0, at(square2) - 2 * mean * at(square1) + mean * mean * at(square0));
  return {
    mean,
    error: effective > 1 ? Math.sqrt((squared * effective) / (effective - 1)) / weight : Number.POSITIVE_INFINITY,
    skewness: variance > 0 ? third / variance ** 1.5 : 0,
    right: at(rightRows),
    wrong: at(wrongRows),
  };
}
