import type { ModelVersion } from '../registry/modelVersions.ts';
import { evaluator, type Metrics } from '../evaluation/evaluate.ts';
import { type Predictions } from '../evaluation/predictions.ts';
import type { WindowRows } from './windowRows.ts';

/**
 * Realised performance of the rows of a window whose labels have arrived. Without labels by key, the true values that
 * stand beside the predictions count.
 */
export function realisedPerformance(
  rows: WindowRows,
  labels: ReadonlyMap<string, string | number> | null,
  version: ModelVersion,
): { labelled: number; metrics: Metrics } {
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
  if (truth.length === 0) return { labelled: 0, metrics: {} };
  const predictions: Predictions = {
    task,
    values: Float64Array.from(values),
    probabilities: (classes ?? []).map((_, c) => Float64Array.from(values, (value) => (value === c ? 1 : 0))),
    ...(rows.decisions && { decisions: Float64Array.from(decisions) }),
  };
  const metrics = evaluator(Float64Array.from(truth), predictions, {
    threshold,
    minPrecision,
    areProbabilities: scores === 'probability',
  })();
  // The log holds the predicted class without probabilities, so there is no log loss.
  if (task === 'multiclass') delete metrics['log_loss'];
  return { labelled: truth.length, metrics };
}

/** True when a value of a binary target is the positive one. */
export function isPositive(label: string | number, positive: string | null): boolean {
  if (typeof label === 'number') return label === (positive === null || positive === 'true' ? 1 : Number(positive));
  return label === (positive ?? 'true');
}
