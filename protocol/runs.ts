import type { GateResult, Verdict } from './gates.ts';
import type { PrimaryMetric } from './primaryMetric.ts';
import type { RunStatus, StageKind } from './lifeCycle.ts';
import type { ModelRef } from './models.ts';

export type ParamValue = string | number | boolean | null | ParamValue[];

/** One execution, as a row of the run history. Times are epoch milliseconds. */
export interface RunSummary {
  runId: string;
  /** A readable name such as `brave-otter`. */
  name: string;
  experiment: string;
  status: RunStatus;
  startedAt: number;
  endedAt: number | null;
  starred: boolean;
  /** Put away by a person: listed only when asked for. */
  archived: boolean;
  /** Thrown away by a person; it can be restored until the store is cleaned. */
  deleted: boolean;
  /** What a person wrote about it, as Markdown; empty when nothing. */
  note: string;
  /** The run this one is a part of, such as the sweep of a trial. */
  parent: string | null;
  /** Latest value of each metric that is a finite number. */
  metrics: Record<string, number>;
  /** Latest values that JSON has no number for. */
  notFinite: Record<string, 'NaN' | 'Infinity' | '-Infinity'>;
  params: Record<string, ParamValue>;
  tags: Record<string, string>;
  commit: string | null;
  dirty: boolean;
  /** How many of its gates passed; absent when none was judged. */
  verdict?: Verdict;
  /** True when a program logged a model with the run, through MLflow. */
  loggedModel: boolean;
  /** The versions that the run registered, one a model, by name. */
  registered: ModelRef[];
  /** The highest number of `registered`, by which runs are ordered; null when the run registered none. */
  modelVersion: number | null;
  /** While running: what it does now, such as `train: epoch 14/30`. */
  progress: string | null;
}

/** A process that runs stages of the project now, whoever started it. */
export interface GoingRun {
  /** Its run, or the sweep above its trials; null while it has begun none. */
  runId: string | null;
  name: string;
  /** The stage that runs. */
  stage: string | null;
  /** Epoch milliseconds. */
  startedAt: number | null;
  command: string;
  pid: number;
  /** The machine or container that it runs on; null for this one. Its `pid` means something only there. */
  host: string | null;
}

export interface RunStageDetail {
  stage: string;
  kind: StageKind;
  status: RunStatus | 'skipped';
  startedAt: number | null;
  durationMs: number | null;
  reasons: string[];
  summary: string;
  exitCode: number | null;
  error: string | null;
}

export interface ArtifactEntry {
  /** Path inside the run's artifact folder. */
  path: string;
  bytes: number;
}

export interface RunDetail extends RunSummary {
  stages: RunStageDetail[];
  artifacts: ArtifactEntry[];
  inputs: { dataset: string; snapshotId: string; rows: number; hash: string }[];
  environment: Record<string, string>;
  seed: number | null;
  gates: GateResult[];
  /** Names of the metrics that have more than one point. */
  seriesKeys: string[];
  children: { runId: string; name: string; status: RunStatus }[];
  /** Branch, remote and whether the changes beside the commit are kept; null for what was not known. */
  code: { branch: string | null; remote: string | null; patch: boolean };
  /** What the validation counted, rows truth and columns prediction. */
  confusion: ConfusionMatrix | null;
  /** The command line it was started with; empty when that is not known. */
  command: string;
  /** How to run it again. */
  reproduce: string;
}

export interface ConfusionMatrix {
  labels: string[];
  /** counts[truth][prediction] */
  counts: number[][];
}

export interface RunQuery {
  experiment?: string;
  /** An expression such as `metrics.roc_auc > 0.9 and params.lr < 0.01`; docs/tracking.md has the grammar. */
  filter?: string;
  /** Words that must all appear in name, id, params, tags, note or status. */
  search?: string;
  /** Which runs: those in use (default), put away, thrown away, or all but the thrown away. */
  which?: 'active' | 'archived' | 'deleted' | 'all';
  /** Default: newest first. Runs without a value stand last either way. */
  order?: RunOrder[];
  offset?: number;
  limit?: number;
}

export interface RunOrder {
  /**
   * `metrics.key`, `params.key`, `tags.key`, or `name`, `status`, `started`, `ended`, `duration`, `experiment`,
   * `model`, `commit`, `starred`.
   */
  column: string;
  descending: boolean;
}

/** A run as charts of many runs need it: the values that they ask for and no others. */
export type RunPoint = Pick<
  RunSummary,
  'runId' | 'name' | 'status' | 'startedAt' | 'endedAt' | 'metrics' | 'params' | 'tags'
>;

/** Why a filter cannot be read: characters `from` to `to` of its text. */
export interface FilterProblem {
  message: string;
  from: number;
  to: number;
}

export interface RunPage {
  runs: RunSummary[];
  /** All runs that match; with a `problem` the runs are those without the filter. */
  total: number;
  problem?: FilterProblem | null;
}

/** What the runs of a query have, most used first. */
export interface RunColumns {
  /** The metrics that stand for a run: the primary one first, then those that stand in for it. */
  primary: PrimaryMetric[];
  metrics: { key: string; runs: number }[];
  /** `distinct` counts different values, so that params that differ can come first. */
  params: { key: string; runs: number; distinct: number }[];
  tags: { key: string; runs: number; distinct: number }[];
  /** True when runs of the project registered versions of more than one model, so that a number needs its name. */
  severalModels: boolean;
}

/** Runs of one value of a param, tag or attribute. */
export interface RunGroup {
  /** The value as text; null for runs without one. */
  value: string | null;
  runs: number;
  /** Per metric over the runs of the group that have a finite value. */
  metrics: Record<string, { min: number; max: number; mean: number; n: number }>;
  /** What a filter has to say beside the query's own for these runs alone. */
  filter: string;
}

/** Which params move a metric, over a set of runs. */
export interface ParamImportance {
  metric: string;
  /** The most important first. Empty when nothing can be told. */
  params: ImportantParam[];
  /** Runs that were looked at, and those of them that could be used. */
  found: number;
  runs: number;
  /** Why the other runs were not used, to stand after their number: `3 runs, failed`. */
  leftOutRuns: { runs: number; why: string }[];
  /**
   * Params of the runs that nothing can be told of, and why, to stand after their name: `seed, which has one value in
   * all runs`.
   */
  leftOutParams: { key: string; why: string }[];
  /**
   * R² of the forest on runs that its trees had not seen: how far the shares can be believed. At 0 or below they tell
   * nothing.
   */
  r2: number | null;
  /** The part of what the forest tells that single params make, from 0 to 1; the rest is how params act together. */
  alone: number | null;
  /** Why nothing can be told; null when it can. */
  problem: string | null;
}

export interface ImportantParam {
  key: string;
  kind: 'number' | 'category';
  /** Its share of what single params explain; all together are 1. */
  importance: number;
  /**
   * Spearman's rank correlation with the metric, its two-sided p-value, and that adjusted for the number of params
   * (Benjamini and Hochberg); null for categories.
   */
  correlation: { rho: number; pValue: number; adjusted: number } | null;
  /** Its logarithm was used, since its values are spread over decades. */
  log: boolean;
  /** Different values among the runs that were used. */
  distinct: number;
}

export interface FilterCompletion {
  /** The characters of the text that a choice replaces. */
  from: number;
  to: number;
  items: {
    label: string;
    insert: string;
    detail: string;
    kind: 'metric' | 'param' | 'tag' | 'attribute' | 'operator' | 'value';
  }[];
}

/** What a person changes on runs; what is left out stays. A null tag is removed. */
export interface RunChange {
  starred?: boolean;
  archived?: boolean;
  deleted?: boolean;
  note?: string;
  name?: string;
  tags?: Record<string, string | null>;
}

/** A layout of the run history under a name. `state` is the view's own. */
export interface SavedView {
  name: string;
  state: unknown;
}

/**
 * All points of a metric of a run, by step and time. Each text is the base64 of little-endian 64-bit floats, one a
 * point; times are epoch milliseconds; values may be NaN or infinite. `steps` is null when point i has step i.
 *
 * Asked with the `end` of an earlier answer, only the points after it come, where `from` tells how many stand before
 * them, as they were; with `from` 0 or none these are all points, whatever was asked. Point i of an answer is then
 * point `from` + i.
 */
export interface MetricSeries {
  runId: string;
  key: string;
  from?: number;
  /** Points in this answer. */
  count: number;
  steps: string | null;
  at: string;
  values: string;
  /** To be given back when the series is asked for again. */
  end?: string;
}

/** A file of a run as a view shows it: at most 32 MB, or null with the reason. */
export interface ArtifactContent {
  path: string;
  bytes: number;
  mime: string;
  base64: string | null;
  problem: string | null;
}
