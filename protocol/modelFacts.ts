import type { ModelRef } from './models.ts';

/** The facts about a model: a version on its card, or any files that a person inspects. */
export interface ModelFacts {
  /** Path of the files, relative to the project when inside it; empty when they are not here. */
  path: string;
  /** Name of the flavour; null when its files are not here or of no known flavour. */
  flavour: string | null;
  algorithm: string | null;
  /** The program that scored or would score; null when not known. */
  runtime: string | null;
  /** SHA-256 over the files; null when it was not computed. */
  hash: string | null;
  bytes: number | null;
  /** Inputs in the order of the model; null when neither the files nor a validation name them. */
  inputs: FactsInput[] | null;
  /** Null before the model was opened or validated. */
  outputs: FactsOutputs | null;
  /** True when opening the files runs code in them; null when the files are not here. */
  runsCode: boolean | null;
  /** True when it is scored by Python; null when the files are not here. */
  needsPython: boolean | null;
  /** The interpreter that scored or would score; null when there is none. */
  python: string | null;
  packages: FactsPackage[];
  /** Differences between the environments of training and scoring, each a sentence. */
  warnings: string[];
  /** The obstacles to opening it, each a sentence. */
  problems: string[];
}

export interface FactsInput {
  name: string;
  /** Null when the model does not say. */
  type: string | null;
  /** True when the column may be absent. */
  optional: boolean;
  /** Share of test rows without a value; null before a validation. */
  missing: number | null;
  /** Number of known values of a categorical input; null when not known. */
  levels: number | null;
}

export interface FactsOutputs {
  kind: 'binary' | 'multiclass' | 'multilabel' | 'classification' | 'regression' | 'ranking' | null;
  classes: string[] | null;
  /** The class that counts as positive; null when there is none. */
  positive: string | null;
  scores: 'probability' | 'decision' | 'none';
  /** Scores at or above it are positive; null when there is none. */
  threshold: number | null;
  /** The origin of the threshold as half a sentence, such as `best F1 on 160 validation rows`; null when not known. */
  thresholdRule: string | null;
}

export interface FactsPackage {
  name: string;
  /** The version that the model was saved with; null when not stated. */
  savedWith: string | null;
  /** The version that scored, or that is installed; null when absent. */
  used: string | null;
}

/** The facts of a model that a person names, with what validating it would take. */
export interface InspectedModel {
  facts: ModelFacts;
  /** The registered version; null for a model that has none. */
  ref: ModelRef | null;
  /** Packages that scoring needs and that are not installed. */
  missing: string[];
  /** The command that installs them; null when nothing is missing or there is no Python. */
  install: string | null;
  /** Why that Python is used; null when there is none. */
  pythonWhy: string | null;
  /** The data of its validation; the dataset is null when several could be meant. */
  validation: { names: string[]; usual: string | null; datasets: string[] };
}

/** A model among the outputs of a run. */
export interface RunModel {
  /** As the program named it, or its path. */
  name: string;
  /** Names it to `models/inspect` and to `loopwright validate`. */
  address: string;
  flavour: string;
  algorithm: string | null;
  bytes: number;
  /** The newest version made of it; null when it has none. */
  registered: (ModelRef & { isValidated: boolean }) | null;
}
