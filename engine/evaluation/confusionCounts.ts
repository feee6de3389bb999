import type { ConfusionMatrix } from '../../protocol/runs.ts';
import type { Predictions } from '../models/predictions.ts';

/** Classes beyond this make no table that a person can read. */
const mostClasses = 200;

/**
 * Counts truth against prediction over the test rows: binary scores are decided at the threshold, of several classes
 * the likeliest is taken. Null for a regression, without a threshold, or with too many classes. Rows whose truth or
 * prediction is missing are left out.
 */
export function confusionCounts(
  truth: Float64Array,
  predictions: Predictions,
  threshold: number | null,
  labels: readonly string[] | null,
): ConfusionMatrix | null {
  if (
    predictions.task === 'regression' ||
    labels === null ||
    labels.length < 2 ||
    labels.length > mostClasses ||
    (predictions.task === 'binary' && threshold === null)
  )
    return null;
  const counts = labels.map(() => labels.map(() => 0));
  for (const [i, label] of truth.entries()) {
    const value = predictions.values[i] ?? Number.NaN;
    const predicted =
      predictions.task === 'binary' && !Number.isNaN(value) ? Number(value >= (threshold ?? 0.5)) : value;
    const row = counts[label];
    if (row?.[predicted] !== undefined) row[predicted]++;
  }
  return { labels: [...labels], counts };
}
