import type { LabelColumns } from './labelColumns.ts';

export const tasks = ['binary', 'multiclass', 'multilabel', 'regression', 'ranking'] as const;
export type Task = (typeof tasks)[number];

/** The tasks that Loopwright trains models for. */
export type LearnedTask = Exclude<Task, 'multilabel' | 'ranking'>;

/** The tasks that a validation states, because a target alone does not tell them. */
export type StatedTask = Exclude<Task, LearnedTask>;

/** The answers of a model for some rows: scores of the positive class, one array a class or label, or values. */
export interface Predictions {
  task: Task;
  /**
   * Binary and ranking: scores. Regression: values. Multiclass: the number of the likeliest class. Multilabel: how many
   * labels are decided, or 0 where only scores are known; NaN for a row without an answer.
   */
  values: Float64Array;
  /** Multiclass: one array a class. Multilabel: the scores of each label; empty where they are not known. */
  probabilities: Float64Array[];
  /** Multilabel: true and decided labels. */
  labels?: LabelColumns | undefined;
  /** Ranking: the number of the query of each row, from 0. */
  queries?: Int32Array | undefined;
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
