import type { EvaluationOptions } from './evaluate.ts';
import { trueProbabilities } from './classCounts.ts';
import { logLoss } from './measures/logLoss.ts';
import { decidedBy, type Predictions } from './predictions.ts';

/** The loss of each row, NaN where truth or prediction is missing. */
export interface RowLosses {
  loss: 'log_loss' | 'error' | 'squared_error';
  losses: Float64Array;
}

/**
 * What a model loses on each row: the log loss where scores are probabilities, else whether the decision is wrong, and
 * the squared error of a regression. Null for scores without a threshold.
 */
export function rowLosses(
  truth: Float64Array,
  predictions: Predictions,
  { threshold, areProbabilities = true }: EvaluationOptions,
): RowLosses | null {
  const { task, values, probabilities } = predictions;
  const { binary, multiclass } = logLoss.loss ?? {};
  if (task === 'multilabel' || task === 'ranking') return null;
  if (task === 'regression')
    return { loss: 'squared_error', losses: truth.map((y, i) => (y - (values[i] ?? Number.NaN)) ** 2) };
  if (task === 'multiclass') {
    const labels = truth.map((label) => (Number.isNaN(label) ? -1 : label));
    if (areProbabilities && multiclass)
      return {
        loss: 'log_loss',
        losses: trueProbabilities(labels, values, probabilities).map((p, i) =>
          multiclass(labels[i] ?? 0, p, values[i] ?? 0, {}),
        ),
      };
    return {
      loss: 'error',
      losses: labels.map((label, i) => {
        const answer = values[i] ?? Number.NaN;
        return label < 0 || !(answer >= 0) ? Number.NaN : Number(answer !== label);
      }),
    };
  }
  if (areProbabilities && binary)
    return {
      loss: 'log_loss',
      losses: truth.map((label, i) => {
        const score = values[i] ?? Number.NaN;
        return Number.isNaN(label) || Number.isNaN(score) ? Number.NaN : binary(label, score, Number.NaN, {});
      }),
    };
  const decided = decidedBy(predictions, threshold);
  return (
    decided && {
      loss: 'error',
      losses: truth.map((label, i) => {
        const score = decided.values[i] ?? Number.NaN;
        return Number.isNaN(label) || Number.isNaN(score)
          ? Number.NaN
          : Number(score >= decided.threshold !== (label === 1));
      }),
    }
  );
}
