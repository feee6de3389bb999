import type { ListenerStatus } from './listenerStatus.ts';
import type { WindowStatus } from './drift.ts';
import type { Problem } from './problem.ts';
import type { PrimaryMetric } from './primaryMetric.ts';

/** The state of a stage of the graph, as the explorer, the code lens and `loopwright status` tell it. */
export type StageState = 'fresh' | 'stale' | 'never' | 'running' | 'failed' | 'refused' | 'blocked';

/** The built-in kinds and `cmd` for a user's own program. */
export type StageKind = 'collect' | 'prepare' | 'train' | 'validate' | 'cmd';

/** One stage of the graph with its state. `reasons` says why it is stale, in words a person understands. */
export interface StageStatus {
  name: string;
  kind: StageKind;
  state: StageState;
  reasons: string[];
  dependsOn: string[];
  /** 1-based line of the stage's key in loopwright.yaml, when it stands there. */
  line: number | null;
  last: StageResult | null;
  /** Name of the registered model that it makes; absent when it makes none. */
  model?: string | undefined;
}

/** How the last execution of a stage ended. Times are epoch milliseconds. */
export interface StageResult {
  runId: string;
  runName: string;
  status: RunStatus;
  startedAt: number;
  durationMs: number | null;
  /** One line, such as `204,113 rows · 1,204 quarantined` or `pr_auc 0.912`. */
  summary: string;
  /** False when the summary reports only that the stage ended. */
  measured?: boolean;
}

/** `refused`: the stages ran to their end and the gates did not pass. */
export type RunStatus = 'scheduled' | 'running' | 'finished' | 'failed' | 'refused' | 'cancelled' | 'interrupted';

/** The eight parts of a model's life that the explorer shows, in order. */
export const lifeCycleParts = [
  'collect',
  'prepare',
  'develop',
  'track',
  'validate',
  'deploy',
  'monitor',
  'retrain',
] as const;
export type LifeCyclePart = (typeof lifeCycleParts)[number];

/**
 * `ok` done and current; `stale` a stage has to run again; `attention` a person is needed; `refused` by the gates;
 * `running`; `none` nothing yet.
 */
export type LifeState = 'ok' | 'stale' | 'attention' | 'running' | 'failed' | 'refused' | 'none';

export interface LifeLine {
  part: LifeCyclePart;
  label: string;
  state: LifeState;
  /** What the line says beside its name. */
  detail: string;
  /** The stage that ▶ runs, when the line has one. */
  stage: string | null;
}

export interface ExperimentSummary {
  name: string;
  describe: string;
  runCount: number;
  /**
   * The metrics that stand for its runs: the primary one first, then those that stand in for it on a run that lacks it.
   */
  primary: PrimaryMetric[];
  /**
   * The best value of the primary metric among the runs that went to their end; null when none has it, or there are too
   * many to look through.
   */
  best: number | null;
  /** Null for the default experiment and for those of other programs, which have no file. Workspace-relative. */
  file: string | null;
  /** Why it cannot be run; null when it can. */
  problem: FileProblem | null;
}

export interface DatasetSummary {
  name: string;
  path: string;
  schema: string | null;
  /**
   * The collect stage that fills it, and the kind of its source: `files`, `postgres`, …; absent without one. `listener`:
   * of a source that receives.
   */
  source?: { stage: string; kind: string; listener?: ListenerStatus };
  /** Newest snapshot, if one was made. */
  snapshot: SnapshotSummary | null;
  snapshotCount: number;
  /** Why its schema cannot be used; null when it can or when there is none. */
  problem: FileProblem | null;
}

export interface SnapshotSummary {
  id: string;
  dataset: string;
  rows: number;
  bytes: number;
  quarantined: number;
  createdAt: number;
  hash: string;
}

export interface ModelVersionSummary {
  model: string;
  version: number;
  aliases: string[];
  /** The version that serves. */
  isChampion: boolean;
  /** The version that waits for promotion. */
  isChallenger: boolean;
  /** False for a version that a program registered and that was never validated here. */
  isValidated: boolean;
  /** Name of the flavour; null when its files are not here or of no known flavour. */
  flavour: string | null;
  /** Class of the estimator; null when the files do not name it. */
  algorithm: string | null;
  /** The program that scored it at its validation; null before the first one. */
  runtime: string | null;
  /** Why its files cannot be read; null when they can. */
  problem: string | null;
  /** The run that made it; empty when not known. */
  runId: string;
  runName: string;
  createdAt: number;
  /** Headline metrics of the validation. */
  metrics: Record<string, number>;
  gatesPassed: number;
  gatesTotal: number;
  gatesUndecidable?: number | undefined;
  /** The reason of the person who promoted it against its gates; missing when nobody did. */
  override?: string | undefined;
  /** Rows of the second fit that is served in place of the tested one; missing without one. */
  refitRows?: number | undefined;
}

export interface DeploymentSummary {
  name: string;
  /** The model that it serves; null when the project has no such model. */
  model: string | null;
  /** `temporary`: a version that somebody serves to try it; the project declares no such deployment. */
  as: 'api' | 'batch' | 'embedded' | 'temporary';
  state: 'healthy' | 'stopped' | 'unreachable';
  url: string | null;
  modelVersion: number | null;
  predictions: number;
  lastPredictionAt: number | null;
}

/** A monitor with its newest verdicts. */
export interface MonitorSummary {
  name: string;
  /** `none` before the first verdict, `attention` when it drifted or broke an expectation. */
  state: 'none' | 'ok' | 'attention';
  /** The headline of its newest verdicts; null before the first window. */
  status: WindowStatus | null;
  detail: string;
}

/** What is wrong with a file, for the line that says so and leads there. Lines and columns are 1-based. */
export interface FileProblem {
  message: string;
  file: string;
  line: number;
  column: number;
}

/** Everything the sidebar shows, in one answer. */
/** The Python that programs of a project use. */
export interface PythonSummary {
  /** The interpreter as it is shown: relative inside the project, with `~` inside the home folder. */
  path: string;
  /** The name of its environment, or of the interpreter outside any. */
  name: string;
  /** Reason for the choice: `.venv of the project`. */
  why: string;
}

export interface ProjectOverview {
  project: string;
  /** Absolute folder of loopwright.yaml. */
  root: string;
  life: LifeLine[];
  stages: StageStatus[];
  /** The metrics that stand for a model of this project, the primary one first. */
  primary: PrimaryMetric[];
  experiments: ExperimentSummary[];
  datasets: DatasetSummary[];
  models: ModelVersionSummary[];
  deployments: DeploymentSummary[];
  /** Names of the models that the project makes. */
  modelNames: string[];
  monitors: MonitorSummary[];
  /** Null when there is none; the problem when the project or the setting names one that does not exist. */
  python: PythonSummary | { problem: string } | null;
  /** The command that brings data which stages read and DVC tracks, but which is not here. Absent when none is missing. */
  pull?: string;
  /** Why the project file cannot be used: the rest is its last good state. Null while it can. */
  problem: FileProblem | null;
  /** All errors of the project as it is written. */
  problems: Problem[];
  /** True when the folder cannot be written: what is stored is shown, and nothing can be recorded. */
  isReadOnly: boolean;
}
