import type { Task } from '../project/metricNames.ts';

/** A model's answers for some rows: scores of the positive class, one array a class, or values. */
export interface Predictions {
  task: Task;
  /** Binary: scores. Regression: values. Multiclass: the number of the likeliest class. */
  values: Float64Array;
  /** Multiclass only. */
  probabilities: Float64Array[];
}
