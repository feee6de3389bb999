import type { Share } from './macroInterval.ts';
import type { MetricParameters } from './metricParameters.ts';
import type { Predictions } from './predictions.ts';

/** Rows of a multiclass model, prepared once for any number of weights. Rows without truth or prediction are left out. */
export interface ClassRows {
  /** Number of classes. */
  classes: number;
  labels: Int32Array;
  decided: Int32Array;
  /** The probability of the true class, of probabilities that sum to 1. */
  certainty: Float64Array;
  /** How many classes have a higher probability than the true one; null where the predictions are classes alone. */
  above: Int32Array | null;
  /** One array a class; scaled to a sum of 1. Empty where the predictions are classes alone. */
  probabilities: readonly Float64Array[];
}

/** Sums over the rows of a multiclass model, from which its metrics follow. */
export interface ClassCounts {
  /** Weight of all rows. */
  n: number;
  /** By class: rows that are of the class and predicted as it. */
  right: Float64Array;
  /** By class: rows that are of it. */
  labelled: Float64Array;
  /** By class: rows that are predicted as it. */
  predicted: Float64Array;
  /** The same sums of squared weights; equal to the weights' own where each row counts once. */
  squares: { n: number; right: Float64Array; labelled: Float64Array; predicted: Float64Array };
  /** Σ −ln(probability of the true class), which only some metrics need. */
  loss: () => number;
  /** The rows, for a metric that is more than sums. */
  rows: ClassRows;
  weights: ArrayLike<number> | undefined;
  parameters: MetricParameters;
}

/**
 * The rows of class numbers of truth and predictions; `kept` are the numbers of those that are known. Of equal
 * probabilities the class with the larger number is taken first, as scikit-learn's top_k_accuracy_score does.
 */
export function classRows(
  truth: ArrayLike<number>,
  { values, probabilities }: Pick<Predictions, 'values' | 'probabilities'>,
  kept: Uint32Array,
): ClassRows {
  const size = kept.length;
  const labels = Int32Array.from(kept, (i) => truth[i] ?? -1);
  const certainty = new Float64Array(size);
  const above = new Int32Array(size);
  const scaled = probabilities.map(() => new Float64Array(size));
  let isOfClasses = true;
  for (let k = 0; k < size; k++) {
    const row = kept[k] ?? 0;
    const label = labels[k] ?? 0;
    let sum = 0;
    for (const column of probabilities) sum += column[row] ?? 0;
    const own = probabilities[label]?.[row] ?? 0;
    certainty[k] = own / (sum || 1);
    let higher = 0;
    for (let c = 0; c < probabilities.length; c++) {
      const other = probabilities[c]?.[row] ?? 0;
      const column = scaled[c];
      if (column) column[k] = other / (sum || 1);
      if (other > own || (other === own && c > label)) higher++;
      if (other !== 0 && other !== 1) isOfClasses = false;
    }
    above[k] = higher;
  }
  return {
    classes: probabilities.length,
    labels,
    decided: Int32Array.from(kept, (i) => values[i] ?? -1),
    certainty,
    above: isOfClasses ? null : above,
    probabilities: isOfClasses ? [] : scaled,
  };
}

/**
 * Counts rows by class. A probability is clipped to [ε, 1 − ε] for the loss, as scikit-learn's log_loss does. `squares`
 * are the squared weights, where they are not the weights themselves.
 */
export function countClasses(
  rows: ClassRows,
  weights?: ArrayLike<number>,
  squares?: ArrayLike<number>,
  parameters: MetricParameters = {},
): ClassCounts {
  const sums = sumsOf(rows, weights);
  const loss = () => {
    let sum = 0;
    for (let i = 0; i < rows.labels.length; i++) {
      const probability = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, rows.certainty[i] ?? 0));
      sum -= (weights ? (weights[i] ?? 0) : 1) * Math.log(probability);
    }
    return sum;
  };
  return { ...sums, squares: squares ? sumsOf(rows, squares) : sums, loss, rows, weights, parameters };
}

function sumsOf(
  { classes, labels, decided }: ClassRows,
  weights: ArrayLike<number> | undefined,
): Pick<ClassCounts, 'n' | 'right' | 'labelled' | 'predicted'> {
  const right = new Float64Array(classes);
  const labelled = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  let n = 0;
  for (let i = 0; i < labels.length; i++) {
    const [label, decision] = [labels[i] ?? 0, decided[i] ?? 0];
    const weight = weights ? (weights[i] ?? 0) : 1;
    n += weight;
    labelled[label] = (labelled[label] ?? 0) + weight;
    predicted[decision] = (predicted[decision] ?? 0) + weight;
    if (label === decision) right[label] = (right[label] ?? 0) + weight;
  }
  return { n, right, labelled, predicted };
}

/** A share of a class as part and whole. */
type ClassShare = (right: number, labelled: number, predicted: number) => readonly [part: number, whole: number];

/** The shares of the classes that occur among the labels, or among labels or predictions, with their squares. */
export function classShares(
  { right, labelled, predicted, squares }: ClassCounts,
  over: 'labelled' | 'present',
  share: ClassShare,
): Share[] {
  return [...right].flatMap((rightly, c) => {
    const [label, prediction] = [labelled[c] ?? 0, predicted[c] ?? 0];
    if (!(label > 0 || (over === 'present' && prediction > 0))) return [];
    const [part, whole] = share(rightly, label, prediction);
    const [, square] = share(squares.right[c] ?? 0, squares.labelled[c] ?? 0, squares.predicted[c] ?? 0);
    return [[part, whole, square] as const];
  });
}

/** The weights of the labels of the classes that occur among labels or predictions, in the order of `classShares`. */
export function classWeights({ labelled, predicted }: ClassCounts): number[] {
  return [...labelled].filter((label, c) => label > 0 || (predicted[c] ?? 0) > 0);
}

/**
 * The mean of a share over classes. A share with denominator 0 is 0, as in scikit-learn. Null without a class.
 */
export function macroMean(counts: ClassCounts, over: 'labelled' | 'present', share: ClassShare): number | null {
  const shares = classShares(counts, over, share).map(([part, whole]) => (whole ? part / whole : 0));
  return shares.length === 0 ? null : shares.reduce((a, b) => a + b, 0) / shares.length;
}

/** The mean of a share over classes, by the weight of their labels, as scikit-learn's `weighted`. Null without a row. */
export function weightedMeanOfClasses(counts: ClassCounts, share: ClassShare): number | null {
  const weights = classWeights(counts);
  const shares = classShares(counts, 'present', share);
  return counts.n === 0
    ? null
    : shares.reduce((sum, [part, whole], i) => sum + (weights[i] ?? 0) * (whole ? part / whole : 0), 0) / counts.n;
}

/** The probability of the true class of each row, of those that sum to 1; NaN where a row is left out. */
export function trueProbabilities(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
): Float64Array {
  return Float64Array.from(labels, (label, i) => {
    if (!(label >= 0 && (predictions[i] ?? -1) >= 0)) return Number.NaN;
    let sum = 0;
    for (const column of probabilities) sum += column[i] ?? 0;
    return (probabilities[label]?.[i] ?? 0) / (sum || 1);
  });
}
