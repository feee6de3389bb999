import type { RunStatus, StageKind } from './lifeCycle.ts';

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
  /** Latest value of each metric. */
  metrics: Record<string, number>;
  params: Record<string, ParamValue>;
  tags: Record<string, string>;
  commit: string | null;
  dirty: boolean;
  /** Model version this run registered, if any. */
  modelVersion: number | null;
  /** While running: what it does now, such as `train: epoch 14/30`. */
  progress: string | null;
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
  /** Names of the metrics that have more than one step. */
  seriesKeys: string[];
  reproduce: string;
}

export interface RunQuery {
  experiment?: string;
  /** Words that must all appear in name, params, tags or status. */
  search?: string;
  offset?: number;
  limit?: number;
}

export interface RunPage {
  runs: RunSummary[];
  total: number;
}

export interface MetricPoint {
  step: number;
  /** Epoch milliseconds. */
  at: number;
  value: number;
}

export interface MetricSeries {
  runId: string;
  key: string;
  points: MetricPoint[];
}

/** A named bound that a metric must meet, and how it went. */
export interface GateResult {
  /** As written, such as `pr_auc`, `equal_opportunity_difference[age_group]`, `pr_auc@champion`. */
  gate: string;
  min: number | null;
  max: number | null;
  value: number | null;
  /** The end of the confidence interval that was compared, when `at_confidence` is given. */
  bound: number | null;
  atConfidence: number | null;
  /** Test rows behind the value. */
  n: number | null;
  passed: boolean;
  /** Says why, when a value could not be had or the gate did not apply. */
  note: string;
}
