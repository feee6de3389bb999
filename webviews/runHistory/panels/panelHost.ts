import type { EngineRequests, ViewMethod } from '../../../protocol/engineHost.ts';
import type { RunChange } from '../../../protocol/runs.ts';
import type { ViewAction } from '../../../protocol/webview.ts';
import type { Settings } from '../state/settings.ts';

/** The interface of the run history for the detail and the comparison. */
export interface PanelHost {
  ask<M extends ViewMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']>;
  act(action: ViewAction): void;
  /** The open run, the selected runs, whether they are compared, and the query of the table. */
  shown(): Settings & { open: string | null; selected: readonly string[]; comparing: boolean };
  /** Changes a run with undo; `text` describes the change, such as `Renamed`. */
  edit(text: string, runId: string, change: RunChange): Promise<void>;
  paint(): void;
  /** Persisted state changed. */
  persist(): void;
  /** Opens a run in the detail; null closes it. */
  open(runId: string | null): void;
  /** Shows the runs of a filter in the table and clears other filters. */
  filter(text: string): void;
  /** Selects these runs. */
  select(runIds: string[]): void;
  /** Closes the comparison. */
  stopComparing(): void;
}
