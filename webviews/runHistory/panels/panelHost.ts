import type { EngineRequests, ViewMethod } from '../../../protocol/engineHost.ts';
import type { RunChange } from '../../../protocol/runs.ts';
import type { ViewAction } from '../../../protocol/webview.ts';
import type { Settings } from '../state/settings.ts';

/** What the detail and the comparison need of the view that they stand in. */
export interface PanelHost {
  ask<M extends ViewMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']>;
  act(action: ViewAction): void;
  /**
   * The run that is open in the detail, those that are selected, whether these are compared, and what the table shows.
   */
  shown(): Settings & { open: string | null; selected: readonly string[]; comparing: boolean };
  /** Changes a run so that it can be undone; `text` says what is done, such as `Renamed`. */
  edit(text: string, runId: string, change: RunChange): Promise<void>;
  paint(): void;
  /** Something that is kept over a reload changed. */
  persist(): void;
  /** Shows a run in the detail; null closes it. */
  open(runId: string | null): void;
  /** Shows in the table the runs that a filter finds, whatever it was narrowed to. */
  filter(text: string): void;
  /** Makes these the selected runs. */
  select(runIds: string[]): void;
  /** Closes the comparison. */
  stopComparing(): void;
}
