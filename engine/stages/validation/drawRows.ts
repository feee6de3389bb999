import type { Database } from '../../data/database.ts';
import type { Column, Table } from '../../data/table.ts';
import type { Predictions } from '../../evaluation/predictions.ts';
import { numberTarget } from '../../models/features.ts';
import type { Predictor } from '../../models/predictor.ts';
import { truthOf } from './truth.ts';

/** A sample of the test rows, with the answers of the model to them. */
export interface DrawnRows {
  table: Table;
  truth: Float64Array;
  predictions: Predictions;
}

export interface DrawRequest {
  /** SELECT of the test rows. */
  sql: string;
  model: Predictor;
  /** How many are drawn at most. */
  rows: number;
  seed: number;
  /** Column of the weights of the rows; null or absent counts each once. */
  weightColumn?: string | null;
  signal: AbortSignal;
}

/** Draws test rows at random, which are then scored as they are and changed. */
export async function drawRows(
  db: Database,
  { sql, model, rows, seed, weightColumn = null, signal }: DrawRequest,
): Promise<DrawnRows> {
  const table = await db.table(
    `SELECT * FROM (${sql}) USING SAMPLE reservoir(${rows} ROWS) REPEATABLE (${Math.abs(seed) % 2 ** 31})`,
  );
  const predictions = await model.predict(table, signal);
  if (weightColumn !== null) predictions.weights = numberTarget(table, weightColumn);
  return { table, truth: truthOf(model.meta, table), predictions };
}

/** The same rows with other values in one column. */
export function withColumn(table: Table, name: string, column: Column): Table {
  return { ...table, columns: { ...table.columns, [name]: column } };
}
