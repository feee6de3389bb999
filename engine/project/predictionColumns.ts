import type { Field, FieldRole } from './schema/datasetSchema.ts';
import { taskOfTarget } from './taskOf.ts';

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
export function predictionProblem(dataset: string, fields: readonly Field[]): string | null {
  const has = (role: FieldRole) => fields.some((field) => field.loopwright?.role === role);
  const target = fields.find((field) => field.loopwright?.role === 'target');
  if (!target)
    return `The schema of \`${dataset}\` has no target. Give the field with the true values \`loopwright: { role: target }\`.`;
  if (!has('prediction') && !has('score'))
    return `The schema of \`${dataset}\` has no predictions. Give the field with the predicted class or value \`loopwright: { role: prediction }\`, and the one with the score \`loopwright: { role: score }\`.`;
  if (!has('prediction') && taskOfTarget(target) === 'multiclass')
    return `One score does not say which of several classes \`${dataset}\` predicts. Give the field with the predicted class \`loopwright: { role: prediction }\`.`;
  return null;
}
