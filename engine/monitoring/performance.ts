import type { MeasuredValue } from '../../protocol/drift.ts';
import { resample } from '../evaluation/intervals.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import { prepareMetrics } from '../evaluation/evaluate.ts';
import { type Predictions } from '../evaluation/predictions.ts';
import type { WindowRows } from './windowRows.ts';

export interface RealisedPerformance {
  labelled: number;
  /** Labels of the rarer class of a binary target; null for other tasks. */
  rarerLabels: number | null;
  /** By metric, those that the labelled rows define. */
  metrics: Map<string, MeasuredValue>;
}

/** The same rows give the same intervals. */
const seed = 1;

/**
 * Realised performance of the rows of a window whose labels have arrived, with 95 % intervals. Without labels by key,
 * the true values that stand beside the predictions count.
 */
export function realisedPerformance(
  rows: WindowRows,
  labels: ReadonlyMap<string, string | number> | null,
  version: Pick<ModelVersion, 'report'>,
  resamples?: number,
): RealisedPerformance {
  const { task, classes, threshold, minPrecision, positive, scores } = version.report;
  const truth: number[] = [];
  const values: number[] = [];
  const decisions: number[] = [];
  rows.keys.forEach((key, i) => {
    const label = labels === null ? rows.truth?.[i] : key === null ? null : labels.get(key);
    if (label === undefined || label === null) return;
    if (rows.decisions) decisions.push(rows.decisions[i] ?? Number.NaN);
    truth.push(
      task === 'regression'
        ? Number(label)
        : task === 'binary'
          ? Number(isPositive(label, positive))
          : (classes ?? []).indexOf(String(label)),
    );
    values.push(
      task === 'multiclass' ? (classes ?? []).indexOf(rows.predictions[i] ?? '') : (rows.scores[i] ?? Number.NaN),
    );
  });
  const n = truth.length;
  const positives = truth.reduce((sum, label) => sum + label, 0);
  const rarerLabels = task === 'binary' ? Math.min(positives, n - positives) : null;
  if (n === 0) return { labelled: 0, rarerLabels, metrics: new Map() };
  const predictions: Predictions = {
    task,
    values: Float64Array.from(values),
    probabilities: (classes ?? []).map((_, c) => Float64Array.from(values, (value) => (value === c ? 1 : 0))),
    ...(rows.decisions && { decisions: Float64Array.from(decisions) }),
  };
  const prepared = prepareMetrics(Float64Array.from(truth), predictions, {
    threshold,
    minPrecision,
    areProbabilities: scores === 'probability',
  });
  const resampled = resample({ n, seed, ...(resamples !== undefined && { resamples }) }, prepared.statistics);
  const metrics = new Map<string, MeasuredValue>();
  for (const [name, value] of Object.entries(prepared.values())) {
    // The log holds the predicted class without probabilities, so there is no log loss.
    if (value === null || (task === 'multiclass' && name === 'log_loss')) continue;
    const { low = null, high = null } = prepared.intervalOf(name, resampled, 0.95) ?? {};
    metrics.set(name, { value, low, high, n });
  }
  return { labelled: n, rarerLabels, metrics };
}

/** True when a value of a binary target is the positive one. */
export function isPositive(label: string | number, positive: string | null): boolean {
  if (typeof label === 'number') return label === (positive === null || positive === 'true' ? 1 : Number(positive));
  return label === (positive ?? 'true');
}
