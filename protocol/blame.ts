/** What kind of thing two runs may differ in. */
export type BlameKind = 'data' | 'period' | 'param' | 'stage' | 'code' | 'seed' | 'package' | 'runtime' | 'hardware';

/** One difference between two runs. */
export interface BlameItem {
  kind: BlameKind;
  /** The dataset, param, file, stage, package or key of the environment. */
  name: string;
  /** Its value in each run, in short; null where a run does not have it. */
  before: string | null;
  after: string | null;
  /** One line: why it stands where it does. */
  why: string;
  /** How likely it moved the metric by the rule of docs/runs.md: 0 to 100. Items are sorted by it. */
  weight: number;
  /** The file of the code that can be shown beside its other state; relative to the project. */
  path: string | null;
}

export interface BlameRun {
  runId: string;
  name: string;
  startedAt: number;
  commit: string | null;
}

/** What differs between two runs, what most likely moved the metric first. */
export interface Blame {
  a: BlameRun;
  b: BlameRun;
  /** The metric and its values; null when the runs share none. A value that is no finite number is null. */
  metric: { key: string; before: number | null; after: number | null } | null;
  items: BlameItem[];
  /** What could not be compared, and why. */
  notes: string[];
}

/** A part of the state of a run as text: a file of its code, or one of the lists. */
export type RunPart = { part: 'code'; path: string } | { part: 'params' | 'data' | 'environment' | 'packages' };
