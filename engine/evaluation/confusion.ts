import { decidedBy, type Predictions } from './predictions.ts';

/** Counts of a binary decision. */
export interface Confusion {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

/** Rows truth, columns prediction. */
export interface ConfusionMatrix {
  labels: string[];
  counts: number[][];
}

/** A matrix of more classes is too large to read. */
const mostClasses = 200;

/**
 * Counts the decision `score ≥ threshold`. Rows with a NaN label or score are left out. `weights` says how often each
 * row counts.
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

/** A share of counts; null where the whole is 0. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/**
 * Counts truth against prediction over the test rows: a binary score is decided at the threshold, of several classes
 * the likeliest is taken. Null for a regression, without a threshold, or with too many classes. Rows whose truth or
 * prediction is missing are left out.
 */
export function confusionMatrix(
  truth: Float64Array,
  predictions: Predictions,
  threshold: number | null,
  labels: readonly string[] | null,
): ConfusionMatrix | null {
  const { task } = predictions;
  if (
    (task !== 'binary' && task !== 'multiclass') ||
    labels === null ||
    labels.length < 2 ||
    labels.length > mostClasses
  )
    return null;
  const decided = task === 'binary' ? decidedBy(predictions, threshold) : null;
  if (task === 'binary' && !decided) return null;
  const counts = labels.map(() => labels.map(() => 0));
  for (const [i, label] of truth.entries()) {
    const value = (decided ?? predictions).values[i] ?? Number.NaN;
    const predicted = decided && !Number.isNaN(value) ? Number(value >= decided.threshold) : value;
    const row = counts[label];
    if (row?.[predicted] !== undefined) row[predicted]++;
  }
  return { labels: [...labels], counts };
}
