import { suggestion } from '../base/didYouMean.ts';
import { DataError } from '../base/errors.ts';
import type { Feature } from '../models/feature.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import { predictApart } from './predictApart.ts';
import { typedClasses, type ClassValue } from './typedClasses.ts';
import type { Predictor } from '../models/predictor.ts';
import { rowsToTable } from '../models/rowsToTable.ts';
import type { ValidationReport } from '../registry/validationReport.ts';

export interface RowPrediction {
  /** Binary: score of the positive class. Regression: the value. */
  score: number | null;
  /** The decision, class or value as text. */
  prediction: string;
  /** The same in the type of the target: a boolean, a number or a text. */
  value: ClassValue;
  /** Multiclass only. */
  probabilities?: Record<string, number>;
}

/** Throws DataError when a row lacks a feature that the model does not fill by itself: a misspelt name, most likely. */
function expectFeatures(rows: readonly unknown[], features: readonly Feature[]): void {
  const needed = features.filter(({ optional }) => !optional);
  for (const [i, row] of rows.entries()) {
    const given = row as Record<string, unknown>;
    const lacking = needed.find(({ name }) => given[name] === undefined);
    if (!lacking) continue;
    const others = Object.keys(given).filter((key) => !features.some(({ name }) => name === key));
    throw new DataError(
      `row ${i}: ${lacking.name} is absent.${suggestion(lacking.name, others)} Send null where there is no value.`,
    );
  }
}

/** The predictions of rows, by their positions. */
export interface PredictedRows {
  /** Null where the model refuses the row. */
  predictions: (RowPrediction | null)[];
  /** The reason of the model by the position of each row that it refuses. */
  refused: ReadonlyMap<number, string>;
}

/** A request whose rows the model refuses must not cost more predictions than this needs. */
const mostRefused = 100;

/**
 * Predicts rows given as objects. `target` is the field of the target; null when no schema describes it. Throws DataError
 * that names the row and the field when one cannot be read, and when the model refuses more than 100 rows.
 */
export async function predictRows(
  model: Predictor,
  { threshold, classes: answered }: Pick<ValidationReport, 'threshold' | 'classes'>,
  rows: readonly unknown[],
  target: Field | null,
  signal?: AbortSignal,
): Promise<PredictedRows> {
  const table = rowsToTable(rows, model.meta.features);
  if (!model.meta.takesAbsent) expectFeatures(rows, model.meta.features);
  const { predictions, refused } = await predictApart(model, table, { mostRefused, signal });
  const { task } = model.meta;
  const classes = answered ?? model.meta.classes;
  const typed = typedClasses(classes, target);
  const predictionOf = (i: number): RowPrediction => {
    const value = predictions.values[i] ?? Number.NaN;
    if (task === 'regression' || task === 'ranking') return { score: value, prediction: String(value), value };
    if (task === 'binary') {
      const decision = value >= (threshold ?? 0.5) ? 1 : 0;
      return {
        score: value,
        prediction: classes[decision] ?? String(decision === 1),
        value: typed[decision] ?? decision === 1,
      };
    }
    return {
      score: null,
      prediction: classes[value] ?? '',
      value: typed[value] ?? '',
      probabilities: Object.fromEntries(classes.map((name, c) => [name, predictions.probabilities[c]?.[i] ?? 0])),
    };
  };
  let next = 0;
  return { predictions: rows.map((_, i) => (refused.has(i) ? null : predictionOf(next++))), refused };
}
