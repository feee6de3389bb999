import type { Predictor } from '../models/predictor.ts';
import { rowsToTable } from '../models/rowsToTable.ts';
import type { ValidationReport } from '../registry/validationReport.ts';

export interface RowPrediction {
  /** Binary: score of the positive class. Regression: the value. */
  score: number | null;
  /** The decision, class or value as text. */
  prediction: string;
  /** Multiclass only. */
  probabilities?: Record<string, number>;
}

/** Predicts rows given as objects. Throws DataError that names the row and the field when one cannot be used. */
export async function predictRows(
  model: Predictor,
  { threshold, classes: answered }: Pick<ValidationReport, 'threshold' | 'classes'>,
  rows: readonly unknown[],
  signal?: AbortSignal,
): Promise<RowPrediction[]> {
  const table = rowsToTable(rows, model.meta.features);
  const predictions = await model.predict(table, signal);
  const { task } = model.meta;
  const classes = answered ?? model.meta.classes;
  return rows.map((_, i) => {
    const value = predictions.values[i] ?? Number.NaN;
    if (task === 'regression') return { score: value, prediction: String(value) };
    if (task === 'binary') {
      const decision = value >= (threshold ?? 0.5) ? 1 : 0;
      return { score: value, prediction: classes[decision] ?? String(decision === 1) };
    }
    return {
      score: null,
      prediction: classes[value] ?? '',
      probabilities: Object.fromEntries(classes.map((name, c) => [name, predictions.probabilities[c]?.[i] ?? 0])),
    };
  });
}
