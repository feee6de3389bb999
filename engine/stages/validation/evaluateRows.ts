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

function difference(a: number | null | undefined, b: number | null | undefined): number | null {
  return a === null || a === undefined || b === null || b === undefined ? null : a - b;
}
