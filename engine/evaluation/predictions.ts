export type Task = 'binary' | 'multiclass' | 'regression';

/** The answers of a model for some rows: scores of the positive class, one array a class, or values. */
export interface Predictions {
  task: Task;
  /** Binary: scores. Regression: values. Multiclass: the number of the likeliest class. */
  values: Float64Array;
  /** Multiclass only. */
  probabilities: Float64Array[];
  /** Binary: decisions that were made with the scores, 0 or 1. Absent where a threshold of the score decides. */
  decisions?: Float64Array | undefined;
  /** How much each row counts, from 0; absent counts each once. */
  weights?: Float64Array | undefined;
}

/** Numbers and the threshold from which on they are positive decisions; null when nothing decides. */
export interface Decided {
  values: Float64Array;
  threshold: number;
}

/** Returns what decides of binary predictions: the decisions that were made, else a threshold of the score. */
export function decidedBy({ values, decisions }: Predictions, threshold: number | null): Decided | null {
  if (decisions) return { values: decisions, threshold: 0.5 };
  return threshold === null ? null : { values, threshold };
}
