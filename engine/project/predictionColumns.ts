import type { Field, FieldRole } from './schema/datasetSchema.ts';
import type { StatedTask } from '../evaluation/predictions.ts';
import { labelSources } from './labelSources.ts';
import { rankingColumns } from './rankingColumns.ts';
import { statedTaskOf, taskOfTarget } from './taskOf.ts';

/** The columns of a table of predictions, by their roles. */
export interface PredictionColumns {
  target: Field;
  /** The predicted class or value; null when only the score is known. */
  prediction: Field | null;
  /** The score of the positive class; null when only the prediction is known. */
  score: Field | null;
}

/** Returns the columns of a table of predictions; null when the roles do not suffice. */
export function predictionColumns(fields: readonly Field[]): PredictionColumns | null {
  const of = (role: FieldRole) => fields.find((field) => field.loopwright?.role === role) ?? null;
  const [target, prediction, score] = [of('target'), of('prediction'), of('score')];
  return target && (prediction ?? score) ? { target, prediction, score } : null;
}

/** Returns why a table cannot be validated as predictions, as a sentence; null when it can. */
export function predictionProblem(
  dataset: string,
  fields: readonly Field[],
  task: StatedTask | null = statedTaskOf(fields),
): string | null {
  const stated =
    task === 'ranking' ? rankingColumns(dataset, fields) : task === 'multilabel' ? labelSources(dataset, fields) : null;
  if (stated !== null) return typeof stated === 'string' ? stated : null;
  const has = (role: FieldRole) => fields.some((field) => field.loopwright?.role === role);
  const target = fields.find((field) => field.loopwright?.role === 'target');
  if (!target)
    return `The schema of \`${dataset}\` has no target. Give the field with the true values \`loopwright: { role: target }\`.`;
  if (!has('prediction') && !has('score')) return noPredictions(dataset);
  if (!has('prediction') && taskOfTarget(target) === 'multiclass')
    return `One score does not say which of several classes \`${dataset}\` predicts. Give the field with the predicted class \`loopwright: { role: prediction }\`.`;
  return null;
}

/** The columns of a log of predictions, by their roles. */
export interface LogColumns extends Omit<PredictionColumns, 'target'> {
  timestamp: Field;
  /** The true values, where the log is completed with them; null when it is not. */
  target: Field | null;
  id: Field | null;
}

/** Returns the columns of a log of predictions; null when the roles do not suffice. */
export function logColumns(fields: readonly Field[]): LogColumns | null {
  const of = (role: FieldRole) => fields.find((field) => field.loopwright?.role === role) ?? null;
  const [timestamp, prediction, score] = [of('timestamp'), of('prediction'), of('score')];
  return timestamp && (prediction ?? score)
    ? { timestamp, prediction, score, target: of('target'), id: of('id') }
    : null;
}

/** Returns why a dataset cannot be monitored as a log of predictions, as a sentence; null when it can. */
export function logProblem(dataset: string, fields: readonly Field[]): string | null {
  const has = (role: FieldRole) => fields.some((field) => field.loopwright?.role === role);
  if (!has('timestamp'))
    return `The schema of \`${dataset}\` has no time, so it cannot be divided into windows. Give the field with the time of a prediction \`loopwright: { role: timestamp }\`.`;
  return has('prediction') || has('score') ? null : noPredictions(dataset);
}

function noPredictions(dataset: string): string {
  return `The schema of \`${dataset}\` has no predictions. Give the field with the predicted class or value \`loopwright: { role: prediction }\`, and the one with the score \`loopwright: { role: score }\`.`;
}
