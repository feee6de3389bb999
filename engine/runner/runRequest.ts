import type { ModelRef } from '../../protocol/models.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { RunStatus, StageKind } from '../../protocol/lifeCycle.ts';
import type { ParamValue } from '../../protocol/runs.ts';
import type { WorkError } from '../base/errors.ts';
import { type Project } from '../project/loadProject.ts';
import { type CodeVersion } from '../provenance/codeVersion.ts';
import type { FoundPython } from '../python/findPython.ts';
import type { Store } from '../store/store.ts';
import { type PlannedStage } from './plan.ts';
import { type Period } from '../fingerprint/period.ts';

/** Events of a run, for terminals and logs. */
export interface RunEvents {
  /** Something about the run as a whole that a person should know. */
  onNote?: (text: string) => void;
  onStart?: (run: { runId: string; name: string }, plan: PlannedStage[]) => void;
  onStage?: (stage: string, kind: StageKind, reasons: string[]) => void;
  onSkip?: (stage: string) => void;
  onLog?: (stage: string, line: string) => void;
  /** Lines that are not ended or may still change, as they stand now. */
  onOpen?: (stage: string, rows: readonly string[]) => void;
  onProgress?: (stage: string, text: string, share: number | null) => void;
  onStageEnd?: (stage: string, status: RunStatus, summary: string, durationMs: number) => void;
}

export interface RunRequest {
  project: Project;
  store: Store;
  /** Finds the problems of the files before anything runs: `checkProject`. The runner knows no rules itself. */
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
  /** How a person would repeat it. */
  commandLine?: string | undefined;
  /** Run these stages and no other, fresh or not: what they read is there. */
  only?: readonly string[] | undefined;
  /** Instead of the project's seed. */
  seed?: number | undefined;
  /** The code, where it is known already. */
  code?: CodeVersion | undefined;
  /**
   * Finds the Python of `cmd` stages, where the project's own folder is another than that of `project`. Default: by the
   * project.
   */
  python?: (() => FoundPython | null) | undefined;
  /** Where programs of stages read from; a terminal where a person can answer. Default none. */
  input?: 'terminal' | 'none' | undefined;
  /** False for the trials of a sweep: what they validate becomes no model version. Default true. */
  registers?: boolean | undefined;
  /** The caller already holds the run lock. */
  held?: boolean | undefined;
}

export interface RunOutcome {
  /** Null when nothing had to run. */
  runId: string | null;
  name: string | null;
  /** `refused`: all ran, and gates did not pass. */
  status: 'finished' | 'failed' | 'refused' | 'fresh';
  stages: { stage: string; status: RunStatus | 'skipped'; summary: string; reasons: string[]; durationMs: number }[];
  /** The versions that its stages registered, in the order of the stages. */
  registered: ModelRef[];
  /** Why it failed or was refused: an error, or the gates that did not pass. */
  error: { stage: string; message: string; place: WorkError['place'] } | null;
}
