/**
 * The verdict on a column. `broken`: missing values or unseen categories explain the difference, not a shifted
 * distribution. `not judged`: there was no comparison, or the measure has no threshold.
 */
export type DriftState = 'stable' | 'drifted' | 'broken' | 'too few rows' | 'not judged';

/**
 * The rule that gave a column its state. `not significant`: the value is beyond the threshold, and chance explains it.
 * `unknown`: a window of before, which did not keep the rule.
 */
export type DriftReason =
  | 'beyond threshold'
  | 'within threshold'
  | 'not significant'
  | 'more missing'
  | 'unseen categories'
  | 'too few rows'
  | 'no values'
  | 'no threshold'
  | 'not compared'
  | 'undefined value'
  | 'unknown';

/** One column of one window against the reference. */
export interface DriftValue {
  column: string;
  type: 'numeric' | 'categorical' | 'text' | 'none';
  /** Named with its convention, such as `wasserstein_std` or `js_distance_2`. */
  measure: string;
  value: number | null;
  pValue: number | null;
  /** The p-value corrected over the columns of the window; null where none is corrected. */
  adjustedP: number | null;
  /** Mean of the value at these sizes when nothing has changed; null where it is not known for the measure. */
  chance: number | null;
  /** Null where the profile has none. */
  threshold: number | null;
  drifted: boolean;
  nReference: number;
  nCurrent: number;
  /** Share of missing values in the reference and in the window. */
  missingReference: number;
  missingCurrent: number;
  kind: DriftState;
  reason: DriftReason;
  /** Why the column was not judged, or a remark on the verdict; windows of older versions have none. */
  note: string | null;
}

/** The headline of a window: the gravest of its verdicts. */
export type WindowStatus = 'ok' | 'drift' | 'score drift' | 'expectation broken' | 'too few labels' | 'too few rows';

/** The verdict on the inputs as a whole, or on the score. `not judged`: too few rows, or nothing to compare. */
export type DriftVerdict = 'stable' | 'drifted' | 'not judged';

/** A value that was measured on `n` rows, with its interval; an end is null where the rows give none. */
export interface MeasuredValue {
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

/**
 * `met`: the value is within its bounds. `broken`: the whole interval is outside. `uncertain`: the value is outside, the
 * interval is not. `waiting`: labels have time to arrive. `too few`: fewer labels or rows than a verdict needs. `no
 * value`: nothing measures it.
 */
export type ExpectationState = 'met' | 'uncertain' | 'broken' | 'waiting' | 'too few' | 'no value';

/** An expectation of the monitor in one window. */
export interface Expectation {
  metric: string;
  min: number | null;
  max: number | null;
  state: ExpectationState;
  value: number | null;
  /** Ends of the 95 % interval. */
  low: number | null;
  high: number | null;
  /** Rows behind the value. */
  n: number;
  of: 'labels' | 'rows' | 'requests';
  /** Rows that a verdict needs. */
  needed: number;
  /** Binary metrics of both classes: labels of the rarer class, and how many of them a verdict needs. */
  rarer: { n: number; needed: number } | null;
}

/** Labels that do not count as they are. */
export interface LabelFaults {
  /** Labels of no class of the model; they are left out. */
  unknown: number;
  /** Some of them, at most 3. */
  examples: string[];
  /** Rows whose key has two labels that differ, without a time that says which is newer; the last one counts. */
  conflicting: number;
}

export interface DriftWindow {
  id: number;
  /** Epoch milliseconds, start inclusive, end exclusive. */
  start: number;
  end: number;
  /** Rows of `referenceVersion`, which are judged. */
  rows: number;
  /** All versions that answered. */
  modelVersions: number[];
  /** The version that answered most: the window is compared with its test rows. */
  referenceVersion: number | null;
  status: WindowStatus;
  inputs: DriftVerdict;
  score: DriftVerdict;
  expectations: Expectation[];
  /** Rows that a verdict on drift needs: `window.min_rows` when the window was judged; null for old windows. */
  minRows: number | null;
  driftedShare: number;
  values: DriftValue[];
  /** Realised performance once labels arrived; empty before. */
  performance: Record<string, number>;
  /** The 95 % intervals of the performance; a metric without one is absent, and windows of older versions have none. */
  intervals: Record<string, { low: number; high: number }>;
  labelled: number;
  /** Null when every label counts. */
  labelFaults: LabelFaults | null;
  latencyP95Ms: number | null;
  errorRate: number;
  /**
   * Settings of the monitor that differed when the window was judged, such as `drift.share`; `rules` for a window that
   * an older version judged. Empty when the window was judged by the settings of now.
   */
  changed: string[];
}

/** Windows of another length, from before `window.every` changed. They are no part of the series. */
export interface OtherWidth {
  widthMs: number;
  windows: number;
  /** Epoch milliseconds. */
  start: number;
  end: number;
}

/** The newest verdicts of a monitor; those on performance may be of an older window than those on drift. */
export interface MonitorVerdict {
  status: WindowStatus;
  /** The newest window; null before the first. */
  window: number | null;
  /** The newest window with a verdict on drift; null when none has one. */
  drift: number | null;
  /** Each expectation in the newest window that judged it, else in the newest window; with the id of that window. */
  expectations: (Expectation & { window: number })[];
}

export interface MonitorEvent {
  at: number;
  /** `waiting`: a retraining is held back, because it could not help yet. */
  kind: 'alert' | 'deployed' | 'waiting' | 'retrained' | 'promoted' | 'rejected' | 'rolled back';
  text: string;
  modelVersion: number | null;
  runId: string | null;
}

/** The test rows of a version, which its windows are compared with. */
export interface DriftReference {
  version: number;
  rows: number;
  /** First and last day of the data that the version was made from, as `YYYY-MM-DD`; null when the data has no time. */
  period: { from: string; to: string } | null;
  createdAt: number;
}

/** What the drift view shows of one monitor. */
export interface DriftReport {
  monitor: string;
  /** The deployment, or the dataset of predictions, that is monitored. */
  deployment: string;
  /** The model that made the predictions. */
  model: string;
  /** Rows of the champion's reference, which the next window will be compared with. */
  referenceRows: number;
  /** The references of the windows, in the order of their versions. */
  references: DriftReference[];
  /** Columns ordered by how much they drifted, most first. `score` is the model's own output. */
  columns: string[];
  windows: DriftWindow[];
  otherWidths: OtherWidth[];
  verdict: MonitorVerdict;
  /** The performance bounds declared under `expect`. */
  expect: { metric: string; min: number | null; max: number | null }[];
  headlineMetric: string | null;
  events: MonitorEvent[];
  share: number;
}

/** Distribution then and now over the same bins: edges for numbers (length bins+1), labels for categories. */
export interface DriftDetail {
  column: string;
  type: 'numeric' | 'categorical';
  edges: number[];
  labels: string[];
  /** Shares that sum to 1 (a window without rows gives zeros). */
  reference: number[];
  current: number[];
  nReference: number;
  nCurrent: number;
}
