import type { StageStatus } from '../../protocol/lifeCycle.ts';
import type { GateResult, JudgedGate } from '../../protocol/gates.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import type { ModelInput } from '../models/flavours/flavour.ts';
import type { RuleFinding } from '../data/ruleFinding.ts';
import type { TableProblem } from '../data/tableProblems.ts';
import type { CardNumbers } from '../project/modelCard/liveNumbers.ts';
import type { FieldType } from '../project/schema/datasetSchema.ts';

/** A file in the state in which a fact was computed. */
export interface FileStamp {
  /** Path relative to the project, with `/`. */
  path: string;
  bytes: number;
  modifiedMs: number;
}

/** Facts from the first line and the bytes of a text file; null for Parquet. */
export interface HeaderFacts {
  file: string;
  delimiter: string;
  /** A label of the WHATWG Encoding Standard: given, or detected from the bytes. */
  encoding: string;
  /** Whether the first line that is read contains the names, and the number of lines before it. */
  header: boolean;
  skip: number;
  /** Number of columns that are read. */
  fields: number;
  /** True when the file starts with a byte order mark. */
  bom: boolean;
  /** Positions of columns without a name, counted from 1. */
  blank: number[];
  /** Names that occur more than once, ignoring case. */
  repeated: string[];
}

/** Statistics of one column. Times are epoch milliseconds UTC. */
export interface ColumnFacts {
  name: string;
  type: FieldType;
  /** Number of NULL and NaN values; in text files also of values that the schema declares missing. */
  missing: number;
  distinct: number;
  /** False when `distinct` is an estimate within 3 %. */
  exact: boolean;
  numbers: {
    min: number;
    q25: number;
    median: number;
    q75: number;
    max: number;
    mean: number;
    histogram: { edges: number[]; counts: number[] };
  } | null;
  top: { value: string; count: number }[] | null;
}

/** Facts from the data of a dataset, without its schema. */
export interface DatasetFacts {
  files: FileStamp[];
  /** Modification time of the schema file; null without one. */
  schemaModifiedMs: number | null;
  /** Reason why the data could not be read. The other fields are then empty. */
  error: { file: string | null; message: string } | null;
  headers: HeaderFacts[];
  /** What `read` of the dataset or its schema says otherwise than a file, as the end of a sentence. */
  contradictions?: { file: string; says: string }[];
  rows: number;
  /** True when the data is large and only its first rows were checked; `rows` is their count. */
  partial: boolean;
  columns: ColumnFacts[];
  /** Schema rules that rows break, with counts and the first row; null without a schema. */
  broken: RuleFinding[] | null;
  tableProblems: TableProblem[];
  /** Foreign keys with values that are missing in the other dataset. */
  orphans: { key: number; count: number; firstRow: number; firstValue: string }[];
}

/** How well a feature predicts the target on its own. */
export interface Association {
  feature: string;
  /**
   * auc: area under the ROC curve of the feature alone, either direction, 0.5 to 1. purity: share of rows predicted
   * correctly by the most frequent target of each level. r2: squared Pearson correlation. missing: purity, or for a
   * regression r2, of whether the feature has a value.
   */
  measure: 'auc' | 'purity' | 'r2' | 'missing';
  value: number;
  /** Value of the measure without any relation: 0.5, the share of the largest class, or 0. */
  baseline: number;
}

/** Facts from the prepared data of a train stage, before a model is trained. */
export interface TrainFacts {
  rows: number;
  associations: Association[];
  /** Number of training rows on which the associations were measured; null when these are all of them. */
  sampled: number | null;
  /** Pairs of features with equal values in every training row. */
  copies: [string, string][];
  /** Number of rows by value of the target, in descending order; empty for numbers with many values. */
  classes: { value: string; count: number }[];
  /** Number of rows in each part of the split; empty when the data has no split. */
  parts: {
    part: 'train' | 'validation' | 'test';
    rows: number;
    positives: number | null;
    minTime: number | null;
    maxTime: number | null;
  }[];
  /** Number of test rows whose features and target also occur in the training part. */
  shared: { rows: number; testRows: number } | null;
}

/** Result of the SQL of a prepare stage, bound against the columns of its sources without running it on rows. */
export interface SqlFacts {
  error: {
    kind: 'unknown table' | 'other';
    message: string;
    line: number | null;
    column: number | null;
  } | null;
  columns: { name: string; type: FieldType }[];
}

/** The inputs of a model that a program made. */
export interface ModelFacts {
  /** The stage that makes it. */
  stage: string;
  inputs: ModelInput[];
}

/** Facts from the store about earlier runs. */
export interface HistoryFacts {
  /** The numbers of the newest validated version of the first model, which the prose of `model-card.md` may name. */
  card?: CardNumbers | null;
  /** Runs with their gates, newest first. */
  runs: (RunSummary & { gates: GateResult[] })[];
  /** The outcomes of the gates of the newest runs, the newest first. */
  judged: JudgedGate[];
  /** Metrics that the project declares as the result of a run, the primary one first. */
  primary: PrimaryMetric[];
  /** Each stage with its state and the reason for it. */
  stages: StageStatus[];
  /** The inputs of the models that programs made. */
  models: ModelFacts[];
  /** Versions with an alias, and the run that created each of them. */
  aliases: { model: string; alias: string; version: number; runName: string; commit: string | null; dirty: boolean }[];
}

/** Facts from outside the project files, for checks. Null means unknown (so far); a check then reports nothing. */
export interface Facts {
  dataset(name: string): DatasetFacts | null;
  train(stage: string): TrainFacts | null;
  sql(stage: string): SqlFacts | null;
  history(): HistoryFacts | null;
}

export const noFacts: Facts = { dataset: () => null, train: () => null, sql: () => null, history: () => null };

export type Fact = DatasetFacts | TrainFacts | SqlFacts | HistoryFacts | null;
