import { WorkError } from '../base/errors.ts';
import type { Table } from '../data/table.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import { categoriesOf } from './features.ts';
import { classNumbers, modelInputs, typedColumns } from './fittedPredictor.ts';
import type { OpenedModel } from './flavours/flavour.ts';
import type { PredictorMeta } from './predictor.ts';

export interface Observation {
  opened: OpenedModel;
  meta: PredictorMeta;
  /** Some rows, with the features as columns. */
  rows: Table;
  target: Field | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Asks a model that does not say what its numbers are for some rows, and returns the form of its scores. Throws
 * WorkError when two scores a row cannot be told apart.
 */
export async function observeScores(observation: Observation): Promise<PredictorMeta['scores']> {
  const { opened, meta, rows, target, signal } = observation;
  if (meta.task === 'regression' || meta.task === 'ranking' || rows.rows === 0) return meta.scores;
  const table = { rows: rows.rows, columns: typedColumns(rows, meta.features) };
  const answers = await opened.answer(table, modelInputs(meta), signal);
  if (answers.kind === 'labels') return 'none';
  if (answers.kind === 'values') {
    const numbers = classNumbers(meta.classes);
    const known = answers.values.filter((value) => !Number.isNaN(value));
    if (meta.task === 'multiclass' || known.every((value) => numbers.has(value))) return 'none';
    return areShares(known) ? 'probability' : 'decision';
  }
  const { columns, classes } = answers;
  const named = classes ?? opened.description.classes;
  if (columns.length === 2 && meta.task === 'binary' && !named && !isDeclared(target))
    throw new WorkError(
      `The model gives two scores a row and does not name their classes. List both as \`categories\` of \`${meta.target}\` in the schema.`,
    );
  return columns.every(areShares) ? 'probability' : 'decision';
}

function isDeclared(target: Field | undefined): boolean {
  return target?.type === 'boolean' || (target ? categoriesOf(target) : null)?.length === 2;
}

function areShares(values: Float64Array): boolean {
  return values.every((value) => Number.isNaN(value) || (value >= 0 && value <= 1));
}
