import type { ModelRef } from '../../protocol/models.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { RunStatus, StageKind } from '../../protocol/lifeCycle.ts';
import type { ParamValue } from '../../protocol/runs.ts';
import type { WorkError } from '../base/errors.ts';
import { type Project } from '../project/loadProject.ts';
import { type CodeVersion } from '../provenance/codeVersion.ts';
import type { FoundPython } from '../python/findPython.ts';
import type { ValidateStage } from '../project/schema/validateStage.ts';
import type { ValidatedSubject } from '../stages/stageContext.ts';
import type { Store } from '../store/store.ts';
import { type PlannedStage } from './plan.ts';
import { type Period } from '../fingerprint/period.ts';

/** Events of a run, for terminals and logs. */
export interface RunEvents {
  /** A note about the run as a whole, for people. */
  onNote?: (text: string) => void;
  /** Files are hashed to see what has to run; `share` is from 0 to 1. Only for work that takes long. */
  onHashing?: (text: string, share: number) => void;
  onStart?: (run: { runId: string; name: string }, plan: PlannedStage[]) => void;
  onStage?: (stage: string, kind: StageKind, reasons: string[]) => void;
  onSkip?: (stage: string) => void;
  onLog?: (stage: string, line: string) => void;
  /** The current text of lines that have not ended or may still change. */
  onOpen?: (stage: string, rows: readonly string[]) => void;
  onProgress?: (stage: string, text: string, share: number | null) => void;
  onStageEnd?: (stage: string, status: RunStatus, summary: string, durationMs: number) => void;
}

export interface RunRequest {
  project: Project;
  store: Store;
  /** Finds the problems of the files before anything runs: `checkProject`. The runner contains no rules. */
  check: (project: Project) => readonly Problem[];
  /** Stages to bring up to date with all they depend on; default all. */
  stages?: readonly string[] | undefined;
  experiment?: string | undefined;
  params?: Record<string, ParamValue> | undefined;
  /** Run the named stages even when fresh. */
  force?: boolean | undefined;
  period?: Period | undefined;
  tags?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
  events?: RunEvents | undefined;
  /** The command that repeats the run. */
  commandLine?: string | undefined;
  /** Run only these stages, fresh or not. Their inputs exist. */
  only?: readonly string[] | undefined;
  /** A validation outside the project's stages: its stage, and the model that it evaluates. The lock stays as it is. */
  validation?: { name: string; stage: ValidateStage; subject: ValidatedSubject } | undefined;
  /** Replaces the project's seed. */
  seed?: number | undefined;
  /** The version of the code, when the caller knows it already. */
  code?: CodeVersion | undefined;
  /**
   * Finds the Python of `cmd` stages when the project's own folder is not that of `project`. Default: as for the
   * project.
   */
  python?: (() => FoundPython | null) | undefined;
  /** The standard input of programs; a terminal when a person can answer. Default: none. */
  input?: 'terminal' | 'none' | undefined;
  /** False for the trials of a sweep: their models are not registered. Default: true. */
  registers?: boolean | undefined;
  /** True for a retraining: a model that passes its gates is fitted again on all rows. Default: false. */
  refits?: boolean | undefined;
  /** Asked before a stale stage runs; false ends the run before it, with the status `stopped`. */
  mayStart?: ((stage: string) => Promise<boolean>) | undefined;
  /** The caller already holds the run lock. */
  held?: boolean | undefined;
}

export interface RunOutcome {
  /** Null when nothing had to run. */
  runId: string | null;
  name: string | null;
  /** `refused`: all stages ran, and gates failed. `stopped`: `mayStart` ended it. */
  status: 'finished' | 'failed' | 'refused' | 'fresh' | 'stopped';
  stages: { stage: string; status: RunStatus | 'skipped'; summary: string; reasons: string[]; durationMs: number }[];
  /** The versions that its stages registered, in the order of the stages. */
  registered: ModelRef[];
  /** The error, or the gates that failed, when the run failed or was refused. */
  error: { stage: string; message: string; place: WorkError['place'] } | null;
}
