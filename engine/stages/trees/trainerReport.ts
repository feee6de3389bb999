/** A line that `helper/train.py` reports. */
export type TrainerReport =
  | Ready
  /** Trains for some time without further reports. */
  | { event: 'working' }
  | Iteration
  | Done
  | ({ event: 'fault' } & Fault);

/** The library is imported, and the program waits for the request. */
export interface Ready {
  event: 'ready';
  library: 'lightgbm' | 'xgboost' | 'scikit-learn';
  /** Name for display. */
  name: string;
  version: string;
  /** Version of scikit-learn, which every library works with. */
  scikit_learn: string;
  /** True when it can read Parquet; else it reads CSV. */
  parquet: boolean;
}

export interface Iteration {
  event: 'iteration';
  /** From 1. */
  step: number;
  of: number;
  /** Log loss of classes, mean squared error of numbers. Null where the library does not measure it. */
  loss: number | null;
  validation_loss: number | null;
}

/** The model is in the folder of the request. */
export interface Done {
  event: 'done';
  rows: { train: number; validation: number };
  /** Number of iterations or trees that the model uses. */
  best: number;
  /** Number of columns that the trees see. */
  inputs: number;
}

export type Fault =
  | { kind: 'missing'; modules: string[] }
  /** A module is installed and cannot be imported. */
  | { kind: 'broken'; module: string; message: string }
  | { kind: 'old'; package: string; version: string; oldest: string }
  /** The library has no such setting. */
  | { kind: 'unsupported'; key: string; library: string }
  | { kind: 'memory' }
  /** The library raised an exception. */
  | { kind: 'failed'; type: string; message: string };

/** The request that the program reads: one line of JSON. */
export interface TrainerRequest {
  task: 'binary' | 'multiclass' | 'regression';
  model: 'boosted_trees' | 'random_forest';
  seed: number;
  threads: number;
  format: 'parquet' | 'csv';
  /** Absolute path of the training rows. */
  train: string;
  /** Absolute path of the validation rows; null without any. */
  validation: string | null;
  target: { name: string; form: ColumnForm };
  features: TrainerFeature[];
  /** Kept with the model: it learned only from rows from this time on, epoch milliseconds. */
  since: number | null;
  settings: Record<string, number | string | undefined>;
  /** Absolute path of an empty folder for the model. */
  folder: string;
}

/** How a column is handed over: as double, as double that should hold whole numbers, as boolean or as text. */
export type ColumnForm = 'number' | 'integer' | 'boolean' | 'text';

export interface TrainerFeature {
  name: string;
  kind: 'numeric' | 'categorical' | 'boolean';
  form: ColumnForm;
  impute?: 'median' | 'mean' | 'most_frequent' | number;
  encode?: string;
  /** The order of the categories, in the form of the column. */
  categories?: (string | number)[];
}
