import type { Table } from '../data/table.ts';
import type { Predictions, Task } from '../evaluation/predictions.ts';
import type { Feature } from './feature.ts';
import type { FileRequest, ModelDescription, ModelState } from './flavours/flavour.ts';

/** An opened model, fitted to the data that it predicts. */
export interface PredictorMeta {
  /** Name of the flavour. */
  flavour: string;
  task: Task;
  target: string;
  /** Multiclass: in the order of the probabilities. Binary: [negative, positive]. Empty for regression. */
  classes: string[];
  /** Binary: the value of the target that counts as positive; else null. */
  positive: string | null;
  features: Feature[];
  /** Name of the algorithm, for display. */
  algorithm: string;
  /** The program that scores, for display. */
  runtime: string;
  /** probability: 0 to 1. decision: any number, larger is more positive. none: 1 for the predicted class. */
  scores: ModelDescription['scores'];
  /** True when a row may lack any feature, which then counts as missing. Otherwise null has to be written. */
  takesAbsent: boolean;
  /** Number of known values, by categorical feature, where the model states it. */
  levels: Readonly<Record<string, number>>;
  /** Versions at work, by the name of the package. */
  packages: Readonly<Record<string, string>>;
  /** Differences between the environment at work and that of the training. */
  warnings: readonly string[];
}

/** SQL over a scored file: what its columns say of each row. */
export interface AnswerSql {
  /** The score of the positive class, or the value; null for several classes. */
  score: string | null;
  /** The position of the predicted class, from 0; null when the score and the threshold decide. */
  class: string | null;
  /** Several classes: the probability of each, in the order of `meta.classes`; else empty. */
  probabilities: string[];
}

/** Scores a file in constant memory. */
export interface FilePredictor {
  run(request: Omit<FileRequest, 'inputs'>): Promise<void>;
  /** Says how to read the written file, by the names of its columns. */
  sqlFor(columns: readonly string[]): AnswerSql;
}

/** A model ready to score, whoever trained it. Rows of a table need the columns of `meta.features`. */
export interface Predictor {
  meta: PredictorMeta;
  /** Throws DataError when the rows are at fault, WorkError when the model or its environment is. */
  predict(table: Table, signal?: AbortSignal): Promise<Predictions>;
  /** Absent when the model is scored in this process. */
  files?: FilePredictor | undefined;
  /** Whether it answers now; absent when it is scored in this process. */
  state?: (() => ModelState) | undefined;
  /** Releases processes and memory. */
  close(): Promise<void>;
}
