import { checkCancelled } from '../../base/errors.ts';
import { evaluator, type EvaluationOptions, type Metrics } from '../../evaluation/evaluate.ts';
import {
  fairnessResults,
  fairnessRows,
  fairnessValues,
  type FairnessResult,
} from '../../evaluation/fairness/fairness.ts';
import { estimateOf, resample, type Estimate, type Resampled } from '../../evaluation/intervals.ts';
import { decidedBy } from '../../evaluation/predictions.ts';
import { bestRecall } from '../../evaluation/measures/recallAtPrecision.ts';
import { rank } from '../../evaluation/ranking.ts';
import type { PredictorMeta } from '../../models/predictor.ts';
import type { ScoredRows } from './scoreRows.ts';

/** The metrics of the test rows, with everything that intervals and gates need. */
export interface Evaluation {
  values: Metrics;
  /** The difference of each metric to the champion; null when there is none to compare with. */
  differences: Metrics | null;
  performance: Record<string, Estimate>;
  fairness: FairnessResult[];
  /** By metric, `metric@champion` and `measure[attribute]`. */
  resampled: Resampled;
}

/** The confidence of intervals where nobody asks for another. */
export const defaultConfidence = 0.95;

export interface EvaluationRequest {
  test: ScoredRows;
  options: EvaluationOptions;
  championThreshold: number | null;
  /** Protected attributes. */
  attributes: readonly string[];
  seed: number;
  signal: AbortSignal;
}

export function evaluateRows(request: EvaluationRequest): Evaluation {
  const { test, options, championThreshold, attributes, seed, signal } = request;
  const { rows, truth, predictions, champion, groups } = test;
  const metricsOf = evaluator(truth, predictions, options);
  const championOf = champion && evaluator(truth, champion, { ...options, threshold: championThreshold });
  const decided = predictions.task === 'binary' ? decidedBy(predictions, options.threshold) : null;
  const byAttribute =
    decided !== null
      ? attributes.flatMap((name) => {
          const found = groups.get(name);
          return found ? [fairnessRows(name, found, truth, decided)] : [];
        })
      : [];
  const differencesOf = (values: Metrics, champion: Metrics): Metrics =>
    Object.fromEntries(Object.keys(values).map((key) => [key, difference(values[key], champion[key])]));
  const resampled = resample({ n: rows, seed }, (weights) => {
    checkCancelled(signal);
    const values = metricsOf(weights);
    const statistics: Metrics = { ...values };
    if (championOf)
      for (const [key, value] of Object.entries(differencesOf(values, championOf(weights))))
        statistics[`${key}@champion`] = value;
    for (const attribute of byAttribute) Object.assign(statistics, fairnessValues(attribute, weights));
    return statistics;
  });
  const values = metricsOf();
  const performance: Record<string, Estimate> = {};
  for (const [key, value] of Object.entries(values))
    if (value !== null) performance[key] = estimateOf(value, rows, resampled, key, defaultConfidence);
  return {
    values,
    differences: championOf ? differencesOf(values, championOf()) : null,
    performance,
    fairness: byAttribute.flatMap((attribute) => fairnessResults(attribute, resampled, defaultConfidence)),
    resampled,
  };
}

/**
 * Of predictions with decisions, the threshold that these follow, null when they follow none. Else the smallest score
 * at which precision is at least the wanted one, on rows that the test does not see; 0.5 where none
 * reaches it, or 0 for a decision function. A model that gives only the class decides by itself. Null when the model is
 * not binary.
 */
export function decisionThreshold(
  { truth, predictions }: ScoredRows,
  minPrecision: number,
  scores: PredictorMeta['scores'],
): number | null {
  if (predictions.task !== 'binary') return null;
  if (predictions.decisions) return thresholdOf(predictions.values, predictions.decisions);
  if (scores === 'none') return 0.5;
  const found = bestRecall(rank(truth, predictions.values), minPrecision);
  return found && Number.isFinite(found.threshold) ? found.threshold : scores === 'decision' ? 0 : 0.5;
}

/** The smallest score of a positive decision, when no negative one has such a score; else null. */
function thresholdOf(scores: Float64Array, decisions: Float64Array): number | null {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [i, score] of scores.entries()) {
    if (decisions[i] === 1) lowest = Math.min(lowest, score);
    else if (decisions[i] === 0) highest = Math.max(highest, score);
  }
  return Number.isFinite(lowest) && highest < lowest ? lowest : null;
}

function difference(a: number | null | undefined, b: number | null | undefined): number | null {
  return a === null || a === undefined || b === null || b === undefined ? null : a - b;
}
