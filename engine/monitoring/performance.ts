import type { LabelFaults, MeasuredValue } from '../../protocol/drift.ts';
import { resample } from '../evaluation/intervals.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import { prepareMetrics } from '../evaluation/evaluate.ts';
import { type Predictions } from '../evaluation/predictions.ts';
import { trueClass } from './trueClass.ts';
import type { WindowLabels } from './windowLabels.ts';
import type { WindowRows } from './windowRows.ts';

export interface RealisedPerformance {
  labelled: number;
  /** Labels of the rarer class of a binary target; null for other tasks. */
  rarerLabels: number | null;
  /** By metric, those that the labelled rows define. */
  metrics: Map<string, MeasuredValue>;
  /** Null when every label counts. */
  faults: LabelFaults | null;
}

/** The same rows give the same intervals. */
const seed = 1;

/**
 * Realised performance of the rows of a window whose labels have arrived, with 95 % intervals. Without labels by key,
 * the true values that stand beside the predictions count.
 */
export function realisedPerformance(
  rows: WindowRows,
  labels: WindowLabels | null,
  version: Pick<ModelVersion, 'report'>,
  resamples?: number,
): RealisedPerformance {
  const { task, classes, threshold, minPrecision, scores, parameters } = version.report;
  const read = trueClass(version.report);
  const faults: LabelFaults = { unknown: 0, examples: [], conflicting: 0 };
  const truth: number[] = [];
  const values: number[] = [];
  const decisions: number[] = [];
  rows.keys.forEach((key, i) => {
    const label = labels === null ? rows.truth?.[i] : key === null ? null : labels.byKey.get(key);
    if (label === undefined || label === null) return;
    if (key !== null && labels?.conflicting.has(key)) faults.conflicting++;
    const value = read(label);
    if (Number.isNaN(value)) return noteUnknown(faults, label);
    if (rows.decisions) decisions.push(rows.decisions[i] ?? Number.NaN);
    truth.push(value);
    values.push(
      task === 'multiclass' ? (classes ?? []).indexOf(rows.predictions[i] ?? '') : (rows.scores[i] ?? Number.NaN),
    );
  });
  const n = truth.length;
  const positives = truth.reduce((sum, label) => sum + label, 0);
  const rarerLabels = task === 'binary' ? Math.min(positives, n - positives) : null;
  const told = faults.unknown + faults.conflicting > 0 ? faults : null;
  if (n === 0) return { labelled: 0, rarerLabels, metrics: new Map(), faults: told };
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
    parameters,
  });
  const resampled = resample(
    { ...prepared.draws, seed, ...(resamples !== undefined && { resamples }) },
    prepared.statistics,
  );
  const metrics = new Map<string, MeasuredValue>();
  for (const [name, value] of Object.entries(prepared.values())) {
    // The log holds the predicted class without probabilities, so there is no log loss.
    if (value === null || (task === 'multiclass' && name === 'log_loss')) continue;
    const { low = null, high = null } = prepared.intervalOf(name, resampled, 0.95) ?? {};
    metrics.set(name, { value, low, high, n });
  }
  return { labelled: n, rarerLabels, metrics, faults: told };
}

const mostExamples = 3;

function noteUnknown(faults: LabelFaults, label: string | number): void {
  const example = String(label).slice(0, 60);
  faults.unknown++;
  if (faults.examples.length < mostExamples && !faults.examples.includes(example)) faults.examples.push(example);
}
