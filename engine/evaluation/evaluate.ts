import { countClasses } from './classCounts.ts';
import { confusionAt } from './confusion.ts';
import { measures } from './measures.ts';
import type { Measure } from './measures/measure.ts';
import { decidedBy, type Predictions } from './predictions.ts';
import { rank } from './ranking.ts';
import { sumResiduals } from './residuals.ts';

export interface EvaluationOptions {
  /** The threshold of a binary decision; without it, and without decisions, the metrics of decisions are left out. */
  threshold: number | null;
  minPrecision: number;
  /** False when the scores are no probabilities, such as those of a decision function. Default true. */
  areProbabilities?: boolean | undefined;
}

export type Metrics = Record<string, number | null>;

/**
 * Prepares the computation of all metrics of a task; the result takes weights (how often each row counts) so that
 * resampling costs no new sort. Metrics that are not resampled are left out where weights are given.
 */
export function evaluator(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): (weights?: ArrayLike<number>) => Metrics {
  const { areProbabilities = true } = options;
  if (predictions.task === 'regression')
    return (weights) => {
      const residuals = sumResiduals(truth, predictions.values, weights);
      return metricsOf(weights, ({ regression }) => regression?.(residuals));
    };
  if (predictions.task === 'multiclass') {
    const labels = truth.map((label) => (Number.isNaN(label) ? -1 : label));
    return (weights) => {
      const counts = countClasses(labels, predictions.values, predictions.probabilities, weights);
      return metricsOf(weights, ({ multiclass, needs }) =>
        needs === 'probability' && !areProbabilities ? undefined : multiclass?.(counts),
      );
    };
  }
  const kept = rowsKnown(truth, predictions.values);
  const labels = Float64Array.from(kept, (i) => truth[i] ?? 0);
  const scores = Float64Array.from(kept, (i) => predictions.values[i] ?? 0);
  const decided = decidedBy(predictions, options.threshold);
  const deciding = decided ? Float64Array.from(kept, (i) => decided.values[i] ?? 0) : scores;
  const ranking = rank(labels, scores);
  return (all) => {
    const weights = all && kept.length < truth.length ? Float64Array.from(kept, (i) => all[i] ?? 0) : all;
    const { minPrecision } = options;
    const confusion = confusionAt(labels, deciding, decided?.threshold ?? 0.5, weights);
    const rows = { labels, scores, ranking, weights, confusion, minPrecision };
    return metricsOf(weights, ({ binary, needs }) =>
      (needs === 'threshold' && !decided) || (needs === 'probability' && !areProbabilities)
        ? undefined
        : binary?.(rows),
    );
  };
}

/** The value of each measure; one whose value is undefined does not fit and is left out. */
function metricsOf(
  weights: ArrayLike<number> | undefined,
  valueOf: (measure: Measure) => number | null | undefined,
): Metrics {
  const metrics: Metrics = {};
  for (const measure of measures) {
    if (weights !== undefined && measure.resampled === false) continue;
    const value = valueOf(measure);
    if (value !== undefined) metrics[measure.name] = value;
  }
  return metrics;
}

/** The rows of a part, of truth and predictions alike. */
export function subset(
  truth: Float64Array,
  predictions: Predictions,
  rows: readonly number[],
): { truth: Float64Array; predictions: Predictions } {
  const pick = (values: Float64Array) => Float64Array.from(rows, (i) => values[i] ?? Number.NaN);
  const { decisions } = predictions;
  return {
    truth: pick(truth),
    predictions: {
      task: predictions.task,
      values: pick(predictions.values),
      probabilities: predictions.probabilities.map(pick),
      ...(decisions && { decisions: pick(decisions) }),
    },
  };
}

function rowsKnown(truth: Float64Array, scores: Float64Array): number[] {
  const rows: number[] = [];
  for (let i = 0; i < truth.length; i++)
    if (!Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(scores[i] ?? Number.NaN)) rows.push(i);
  return rows;
}
