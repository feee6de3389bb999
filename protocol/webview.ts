import type { EngineMethod, EngineRequests } from './engineHost.ts';

export type ViewName = 'runHistory' | 'modelCard' | 'drift';

/** What each view is opened on. */
export interface ViewState {
  runHistory: { experiment: string | null; runId: string | null };
  modelCard: { version: number | 'champion' | 'latest' };
  drift: { monitor: string };
}

/** Things a view asks the client to do in the editor. */
export type ViewAction =
  | { do: 'openCard'; version: number }
  | { do: 'openRun'; runId: string }
  | { do: 'openDrift'; monitor: string }
  | { do: 'openFile'; path: string; line: number | null }
  | { do: 'runStage'; stage: string | null; experiment: string | null }
  | { do: 'retrain' }
  | { do: 'monitorNow'; monitor: string }
  | { do: 'promote'; version: number }
  | { do: 'copy'; text: string };

/** From a webview to the client. Every request gets exactly one response, an error included. */
export type FromView =
  | { kind: 'ready' }
  | { [M in EngineMethod]: { kind: 'request'; id: number; method: M; params: EngineRequests[M]['params'] } }[EngineMethod]
  | { kind: 'action'; action: ViewAction }
  | { kind: 'failed'; message: string };

/** From the client to a webview. */
export type ToView =
  | { kind: 'open'; project: string; root: string; state: ViewState[ViewName] }
  | { kind: 'response'; id: number; result: unknown }
  | { kind: 'error'; id: number; message: string }
  | { kind: 'changed' };
