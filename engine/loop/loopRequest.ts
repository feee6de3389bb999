import type { DriftWindow } from '../../protocol/drift.ts';
import type { Database } from '../data/database.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { RunEvents } from '../runner/runRequest.ts';
import type { Store } from '../store/store.ts';
import type { Decision } from './policy.ts';
import type { RetrainOutcome } from './retrain.ts';

export interface LoopEvents extends RunEvents {
  onPhase?: (text: string) => void;
  onReplay?: (share: number, at: number) => void;
  onWindow?: (window: DriftWindow) => void;
  /** A retraining starts, or begins to wait. */
  onDecision?: (decision: Decision, at: number) => void;
  onRetrained?: (outcome: RetrainOutcome, at: number) => void;
}

export interface LoopRequest {
  project: Project;
  store: Store;
  /** The monitor of the deployment that the loop works on. Default as in `monitorNamed`. */
  monitor?: string | undefined;
  /** Recorded rows to send to the deployment by their own time; without them the loop monitors live traffic. */
  replay: { path: string; sql: string | null; from: number | null; to: number | null } | null;
  /** Starts an API deployment in a process of its own. */
  serve: (deployment: string) => Promise<{ url: string; close: () => Promise<void> }>;
  signal?: AbortSignal | undefined;
  events?: LoopEvents | undefined;
}

export interface LoopOutcome {
  requests: number;
  failedRequests: number;
  rows: number;
  refused: number;
  windows: number;
  retrainings: RetrainOutcome[];
  /** The time at which the loop ended, by its clock; epoch milliseconds. */
  now: number;
}

/** The monitor that the loop watches. */
export interface WatchWork {
  request: LoopRequest;
  config: ProjectConfig;
  monitorName: string;
  /** Length of a window, milliseconds. */
  every: number;
}

/** The deployment that the loop works on, and its monitor. */
export interface LoopWork extends WatchWork {
  deploymentName: string;
  db: Database;
}
