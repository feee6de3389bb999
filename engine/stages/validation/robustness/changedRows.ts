import type { RefusedRows, RobustnessExample } from '../../../../protocol/robustness.ts';
import { number } from '../../../../words/numbers.ts';
import type { Column, Table } from '../../../data/table.ts';
import type { EvaluationOptions } from '../../../evaluation/evaluate.ts';
import type { Predictor, PredictorMeta } from '../../../models/predictor.ts';
import type { DatasetSchema } from '../../../project/schema/datasetSchema.ts';
import { withColumn, type DrawnRows } from '../drawRows.ts';
import { answerChanged, type ChangedAnswers } from './answerChanged.ts';
import type { Value } from './perturbations.ts';
import type { ReadColumn } from './perturbedColumns.ts';

/** The rows and the model of tests that a project declares. */
export interface TestedModel {
  drawn: DrawnRows;
  columns: readonly ReadColumn[];
  model: Predictor;
  options: EvaluationOptions;
  schema: DatasetSchema | null;
  confidence: number;
  signal: AbortSignal;
}

/** Examples that a test keeps. */
export const mostExamples = 3;
const mostShown = 12;

/** Scores all rows with one value in a column. */
export async function answerWith(
  { drawn: { table }, model, signal }: TestedModel,
  { name, column }: ReadColumn,
  value: number | string,
): Promise<ChangedAnswers> {
  const changed: Column =
    column.kind === 'text'
      ? { kind: 'text', values: Array.from({ length: table.rows }, () => String(value)) }
      : { kind: 'number', values: new Float64Array(table.rows).fill(Number(value)) };
  return answerChanged(model, withColumn(table, name, changed), table, signal);
}

/** The refusals of several values together. */
export function allRefused(answers: readonly ChangedAnswers[]): RefusedRows | null {
  const found = answers.flatMap(({ refused }) => (refused ? [refused] : []));
  const [first] = found;
  return first
    ? {
        rows: found.reduce((sum, { rows }) => sum + rows, 0),
        of: found.reduce((sum, { of }) => sum + of, 0),
        message: first.message,
      }
    : null;
}

/** Differences of scores that rounding alone makes, as a share of the larger one. */
const roundingShare = 1e-6;

/** Whether two scores are further apart than rounding makes them. */
export function areApart(a: number, b: number): boolean {
  return Math.abs(a - b) > roundingShare * Math.max(Math.abs(a), Math.abs(b));
}

/** The value of a row. */
export function valueAt(column: Column, row: number): Value {
  const value = column.values[row] ?? null;
  return typeof value === 'number' && Number.isNaN(value) ? null : value;
}

/** A value as people write it. */
export function shownValue(value: Value, kind: ReadColumn['kind']): string {
  if (value === null) return 'missing';
  if (kind === 'boolean') return Number(value) === 0 ? 'false' : 'true';
  if (kind === 'time') return new Date(Number(value)).toISOString();
  return typeof value === 'number' && kind !== 'category' ? number(value) : String(value);
}

/** The columns of a row that the model reads, the first of them. */
export function shownRow(columns: readonly ReadColumn[], row: number): RobustnessExample['row'] {
  return Object.fromEntries(
    columns.slice(0, mostShown).map(({ name, kind, column }) => [name, shownValue(valueAt(column, row), kind)]),
  );
}

/** Whether the data has a column, which the model need not read. */
export function hasColumn({ schema, drawn }: TestedModel, name: string): boolean {
  return isIn(drawn.table, name) || (schema?.fields.some((field) => field.name === name) ?? false);
}

const isIn = (table: Table, name: string) => Object.hasOwn(table.columns, name);

/** The name of a class as the answers of the model have it. */
export function classAt({ classes }: PredictorMeta, position: number): string {
  return classes[position] ?? String(position);
}
