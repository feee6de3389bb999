export type Task = 'binary' | 'multiclass' | 'regression';

/** The answers of a model for some rows: scores of the positive class, one array a class, or values. */
export interface Predictions {
  task: Task;
  /** Binary: scores. Regression: values. Multiclass: the number of the likeliest class. */
  values: Float64Array;
  /** Multiclass only. */
  probabilities: Float64Array[];
}
