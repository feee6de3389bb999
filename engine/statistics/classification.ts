export interface Confusion {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

/**
 * Counts of a binary decision `score ≥ threshold`. Rows with a NaN label or score are left out. `weights` counts each
 * row.
 */
export function confusionAt(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  threshold: number,
  weights?: ArrayLike<number>,
): Confusion {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? Number.NaN;
    const score = scores[i] ?? Number.NaN;
    if (Number.isNaN(label) || Number.isNaN(score)) continue;
    const weight = weights ? (weights[i] ?? 0) : 1;
    if (score >= threshold) counts[label === 1 ? 'tp' : 'fp'] += weight;
    else counts[label === 1 ? 'fn' : 'tn'] += weight;
  }
  return counts;
}

/** Metrics of a confusion; those whose denominator is zero are null. scikit-learn's definitions. */
export function confusionMetrics({
  tp,
  fp,
  fn,
  tn,
}: Confusion): Record<'accuracy' | 'balanced_accuracy' | 'precision' | 'recall' | 'f1', number | null> {
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const recall = share(tp, tp + fn);
  const specificity = share(tn, tn + fp);
  return {
    accuracy: share(tp + tn, tp + fp + fn + tn),
    balanced_accuracy: recall === null || specificity === null ? null : (recall + specificity) / 2,
    precision: share(tp, tp + fp),
    recall,
    f1: share(2 * tp, 2 * tp + fp + fn),
  };
}

/**
 * Mean negative log-likelihood of binary labels, natural logarithm; scores are clipped to [ε, 1 − ε] with ε = 2⁻⁵², as
 * scikit-learn's log_loss does. Null without rows.
 */
export function binaryLogLoss(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number | null {
  return weightedMean(labels, scores, weights, (label, score) => {
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));
    return label === 1 ? -Math.log(p) : -Math.log1p(-p);
  });
}

/** Mean squared difference of score and label (Brier 1950). Null without rows. */
export function brierScore(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number | null {
  return weightedMean(labels, scores, weights, (label, score) => (label - score) ** 2);
}

function weightedMean(
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

/**
 * Metrics of classes: labels and predictions are class numbers (−1 or NaN is missing and left out), `probabilities` one
 * array a class. Macro means run over classes that occur among labels or predictions, a class without predictions has
 * precision 0, as scikit-learn does.
 */
export function multiclassMetrics(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  weights?: ArrayLike<number>,
): Record<
  'accuracy' | 'balanced_accuracy' | 'macro_precision' | 'macro_recall' | 'macro_f1' | 'log_loss',
  number | null
> {
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
  const classes = [...Array.from({ length: k }).keys()];
  const present = classes.filter((c) => (labelled[c] ?? 0) > 0 || (predicted[c] ?? 0) > 0);
  const ratio = (a: number | undefined, b: number | undefined) => (b ? (a ?? 0) / b : 0);
  const mean = (values: number[]) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length);
  return {
    accuracy: n === 0 ? null : right.reduce((a, b) => a + b, 0) / n,
    balanced_accuracy: mean(classes.filter((c) => (labelled[c] ?? 0) > 0).map((c) => ratio(right[c], labelled[c]))),
    macro_precision: mean(present.map((c) => ratio(right[c], predicted[c]))),
    macro_recall: mean(present.map((c) => ratio(right[c], labelled[c]))),
    macro_f1: mean(present.map((c) => ratio(2 * (right[c] ?? 0), (labelled[c] ?? 0) + (predicted[c] ?? 0)))),
    log_loss: n === 0 ? null : loss / n,
  };
}
