import { averagePrecision, rank, recallAtPrecision, rocAuc } from '../statistics/rankMetrics.ts';
import {
  binaryLogLoss,
  brierScore,
  confusionAt,
  confusionMetrics,
  multiclassMetrics,
} from '../statistics/classification.ts';
import { calibrationBins, expectedCalibrationError } from '../statistics/calibration.ts';
import { regressionMetrics } from '../statistics/regression.ts';
import type { Predictions } from '../models/predictions.ts';

export interface EvaluationOptions {
  /** Of a binary decision; without it metrics of decisions are left out. */
  threshold: number | null;
  minPrecision: number;
}

export type Metrics = Record<string, number | null>;

/**
 * Prepares the computation of all metrics of a task; the result takes weights (how often each row counts) so that
 * resampling costs no new sort.
 */
export function evaluator(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): (weights?: ArrayLike<number>) => Metrics {
  if (predictions.task === 'regression') return (weights) => regressionMetrics(truth, predictions.values, weights);
  if (predictions.task === 'multiclass') {
    const labels = truth.map((label) => (Number.isNaN(label) ? -1 : label));
    return (weights) => multiclassMetrics(labels, predictions.values, predictions.probabilities, weights);
  }
  const scores = predictions.values;
  const kept = indexesOf(truth, scores);
  const labels = Float64Array.from(kept, (i) => truth[i] ?? 0);
  const keptScores = Float64Array.from(kept, (i) => scores[i] ?? 0);
  const ranking = rank(labels, keptScores);
  return (weights) => {
    const w = weights && kept.length < truth.length ? Float64Array.from(kept, (i) => weights[i] ?? 0) : weights;
    const decisions =
      options.threshold === null ? {} : confusionMetrics(confusionAt(labels, keptScores, options.threshold, w));
    return {
      pr_auc: averagePrecision(ranking, w),
      roc_auc: rocAuc(ranking, w),
      recall_at_precision: recallAtPrecision(ranking, options.minPrecision, w)?.recall ?? null,
      ...decisions,
      log_loss: binaryLogLoss(labels, keptScores, w),
      brier: brierScore(labels, keptScores, w),
      // Bins would have to be cut anew for each resample, so this one gets no interval.
      ...(w ? {} : { ece: expectedCalibrationError(calibrationBins(labels, keptScores)) }),
    };
  };
}

/** The rows of a part, of truth and predictions alike. */
export function subset(
  truth: Float64Array,
  predictions: Predictions,
  rows: readonly number[],
): { truth: Float64Array; predictions: Predictions } {
  const pick = (values: Float64Array) => Float64Array.from(rows, (i) => values[i] ?? Number.NaN);
  return {
    truth: pick(truth),
    predictions: {
      task: predictions.task,
      values: pick(predictions.values),
      probabilities: predictions.probabilities.map(pick),
    },
  };
}

function indexesOf(truth: Float64Array, scores: Float64Array): number[] {
  const rows: number[] = [];
  for (let i = 0; i < truth.length; i++)
    if (!Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(scores[i] ?? Number.NaN)) rows.push(i);
  return rows;
}
