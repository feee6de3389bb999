import type { StageStatus } from '../../protocol/lifeCycle.ts';
import type { GateResult, RunSummary } from '../../protocol/runs.ts';
import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import type { RuleFinding } from '../data/ruleFinding.ts';
import type { TableProblem } from '../data/tableProblems.ts';
import type { FieldType } from '../project/schema/datasetSchema.ts';

/** A file as it was when a fact was found. */
export interface FileStamp {
  /** Relative to the project, with `/`. */
  path: string;
  bytes: number;
  modifiedMs: number;
}

/** What the first line and the bytes of a text file tell; null for Parquet. */
export interface HeaderFacts {
  file: string;
  delimiter: string;
  /** The encoding that the bytes look like. Only UTF-8 is read. */
  encoding: 'utf-8' | 'utf-16' | 'latin-1';
  /** A byte order mark stands first. */
  bom: boolean;
  /** Columns without a name, counted from 1. */
  blank: number[];
  /** Names that stand twice, whatever their case. */
  repeated: string[];
}

/** What a column of the data looks like. Times are epoch milliseconds UTC. */
export interface ColumnFacts {
  name: string;
  type: FieldType;
  /** NULL, NaN, and of text files what the schema calls missing. */
  missing: number;
  distinct: number;
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

/** What the data of a dataset is, beside its schema. */
export interface DatasetFacts {
  files: FileStamp[];
  /** When the schema file was written last; null without one. */
  schemaModifiedMs: number | null;
  /** Why the data could not be read. The rest is then empty. */
  error: { file: string | null; message: string } | null;
  headers: HeaderFacts[];
  rows: number;
  /** True when only the first rows were judged, since the data is large; `rows` is their count. */
  partial: boolean;
  columns: ColumnFacts[];
  /** Rules of the schema that rows break, with counts and the first row; null without a schema. */
  broken: RuleFinding[] | null;
  tableProblems: TableProblem[];
  /** Foreign keys with values that the other dataset lacks. */
  orphans: { key: number; count: number; firstRow: number; firstValue: string }[];
}

/** How much a feature tells of the target on its own. */
export interface Association {
  feature: string;
  /**
   * auc: area under the ROC curve of the feature alone, either direction, 0.5 to 1. purity: share of rows that the most
   * frequent target of each level gets right. r2: squared Pearson correlation.
   */
  measure: 'auc' | 'purity' | 'r2';
  value: number;
  /** What the measure would be with no relation: 0.5, the share of the largest class, 0. */
  baseline: number;
}

/** What the prepared data of a train stage tells about the model to come. */
export interface TrainFacts {
  rows: number;
  associations: Association[];
  /** Pairs of features with equal values in every row. */
  copies: [string, string][];
  /** Rows by value of the target, most first; empty for numbers with many values. */
  classes: { value: string; count: number }[];
  /** Rows in each part of the split; empty when the data has no split. */
  parts: {
    part: 'train' | 'validation' | 'test';
    rows: number;
    positives: number | null;
    minTime: number | null;
    maxTime: number | null;
  }[];
  /** Rows of the test part whose features and target all stand in the training part too. */
  shared: { rows: number; testRows: number } | null;
}

/** What the SQL of a prepare stage makes, judged against the columns of its sources without running it on rows. */
export interface SqlFacts {
  error: {
    kind: 'unknown table' | 'other';
    message: string;
    line: number | null;
    column: number | null;
  } | null;
  columns: { name: string; type: FieldType }[];
}

/** What the store knows of earlier runs. */
export interface HistoryFacts {
  /** The newest runs first, with their gates. */
  runs: (RunSummary & { gates: GateResult[] })[];
  /** The metrics that the project names to stand for a run, the primary one first. */
  primary: PrimaryMetric[];
  /** Each stage with its state and why. */
  stages: StageStatus[];
  /** The versions that aliases name, with the run each came from. */
  aliases: { model: string; alias: string; version: number; runName: string; commit: string | null; dirty: boolean }[];
}

/** What checks may know of the world outside the files. Null: not known (yet), so nothing is said. */
export interface Facts {
  dataset(name: string): DatasetFacts | null;
  train(stage: string): TrainFacts | null;
  sql(stage: string): SqlFacts | null;
  history(): HistoryFacts | null;
}

export const noFacts: Facts = { dataset: () => null, train: () => null, sql: () => null, history: () => null };

export type Fact = DatasetFacts | TrainFacts | SqlFacts | HistoryFacts | null;
