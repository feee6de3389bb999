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
    let sum = 0;
    for (const column of probabilities) sum += column[i] ?? 0;
    loss -=
      weight *
      Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, (probabilities[label]?.[i] ?? 0) / (sum || 1))));
  }
  return { n, right, labelled, predicted, loss };
}

/**
 * The mean of a share over classes: those that occur among the labels, or among labels or predictions. A share with
 * denominator 0 is 0, as in scikit-learn. Null without a class.
 */
export function macroMean(
  { right, labelled, predicted }: ClassCounts,
  over: 'labelled' | 'present',
  share: (right: number, labelled: number, predicted: number) => [part: number, whole: number],
): number | null {
  const shares: number[] = [];
  for (const [c, rightly] of right.entries()) {
    const [label, prediction] = [labelled[c] ?? 0, predicted[c] ?? 0];
    if (!(label > 0 || (over === 'present' && prediction > 0))) continue;
    const [part, whole] = share(rightly, label, prediction);
    shares.push(whole ? part / whole : 0);
  }
  return shares.length === 0 ? null : shares.reduce((a, b) => a + b, 0) / shares.length;
}
