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
  /** Σ −ln(probability of the true class). */
  loss: number;
}

/**
 * Counts labels against predictions, both class numbers; rows where one is −1 or NaN are left out. `probabilities` has
 * one array a class; those of a row are scaled to sum to 1 and clipped to [ε, 1 − ε], as scikit-learn's log_loss does.
 */
export function countClasses(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  weights?: ArrayLike<number>,
): ClassCounts {
  const k = probabilities.length;
  const right = new Float64Array(k);
  const labelled = new Float64Array(k);
  const predicted = new Float64Array(k);
  let n = 0;
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? -1;
    const prediction = predictions[i] ?? -1;
    if (!(label >= 0 && prediction >= 0)) continue;
    const weight = weights ? (weights[i] ?? 0) : 1;
    n += weight;
    labelled[label] = (labelled[label] ?? 0) + weight;
    predicted[prediction] = (predicted[prediction] ?? 0) + weight;
    if (label === prediction) right[label] = (right[label] ?? 0) + weight;
    loss -= weight * Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, shareAt(probabilities, label, i))));
  }
  return { n, right, labelled, predicted, loss };
}

/** A share of a class as part and whole. */
type ClassShare = (right: number, labelled: number, predicted: number) => readonly [part: number, whole: number];

/** The shares of the classes that occur among the labels, or among labels or predictions. */
export function classShares(
  { right, labelled, predicted }: ClassCounts,
  over: 'labelled' | 'present',
  share: ClassShare,
): (readonly [part: number, whole: number])[] {
  return [...right].flatMap((rightly, c) => {
    const [label, prediction] = [labelled[c] ?? 0, predicted[c] ?? 0];
    return label > 0 || (over === 'present' && prediction > 0) ? [share(rightly, label, prediction)] : [];
  });
}

/**
 * The mean of a share over classes. A share with denominator 0 is 0, as in scikit-learn. Null without a class.
 */
export function macroMean(counts: ClassCounts, over: 'labelled' | 'present', share: ClassShare): number | null {
  const shares = classShares(counts, over, share).map(([part, whole]) => (whole ? part / whole : 0));
  return shares.length === 0 ? null : shares.reduce((a, b) => a + b, 0) / shares.length;
}

/** The probability of the true class of each row, scaled as `countClasses` does; NaN where a row is left out. */
export function trueProbabilities(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
): Float64Array {
  return Float64Array.from(labels, (label, i) =>
    label >= 0 && (predictions[i] ?? -1) >= 0 ? shareAt(probabilities, label, i) : Number.NaN,
  );
}

function shareAt(probabilities: readonly ArrayLike<number>[], label: number, row: number): number {
  let sum = 0;
  for (const column of probabilities) sum += column[row] ?? 0;
  return (probabilities[label]?.[row] ?? 0) / (sum || 1);
}
