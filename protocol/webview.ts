import type { ModelRef, ModelSelector } from './models.ts';
import type { DataSubject } from './dataProfile.ts';
import type { FileProblem } from './lifeCycle.ts';
import type { EngineRequests, ViewMethod } from './engineHost.ts';
import type { RunQuery } from './runs.ts';
import type { SavedPage } from './savedPage.ts';

export type ViewName = 'runHistory' | 'modelCard' | 'drift' | 'profile' | 'labelling' | 'start' | 'sourcePreview';

/** What each view is opened on. */
export interface ViewState {
  runHistory: { experiment: string | null; runId: string | null };
  /** With an address, any model that a person names is inspected. */
  modelCard: ModelSelector & { address?: string };
  drift: { monitor: string };
  /** Without a subject, the first dataset of the project. */
  profile: {
    subject: DataSubject | null;
    against: DataSubject | null;
    /** The tab to open on; without it the one that the view had. */
    tab?: 'rows';
  };
  /** Without a task the first one; without a labeller, whom the engine host names. */
  labelling: { task: string | null; labeller: string | null };
  /** With a file that the person picked to start from, relative to the folder or absolute. */
  start: { data: string | null };
  /** The collect stage whose source is previewed. */
  sourcePreview: { stage: string };
}

/** Things a view asks the client to do in the editor. */
export type ViewAction =
  | ({ do: 'openCard' } & ModelSelector)
  | { do: 'openRun'; runId: string }
  /** Tells what changed between two runs. */
  | { do: 'compareRuns'; a: string; b: string }
  | { do: 'openDrift'; monitor: string }
  | { do: 'openFile'; path: string; line: number | null }
  /** Opens model-card.md below a heading, which is added where there is none. */
  | { do: 'writeCard'; heading: string }
  | { do: 'runStage'; stage: string | null; experiment: string | null }
  | { do: 'retrain' }
  | { do: 'monitorNow'; monitor: string }
  /** Makes a trial of a sweep a model version. */
  | { do: 'registerRun'; runId: string }
  | ({ do: 'promote' } & ModelRef)
  /** Asks for what is missing, then validates a model; one without a version becomes the next. */
  | { do: 'validateModel'; address: string }
  | { do: 'inspectModel'; address: string }
  | ({ do: 'serveVersion' } & ModelRef)
  /** Opens a terminal with a command, which the person sees and may end. */
  | { do: 'runInTerminal'; command: string }
  | { do: 'copy'; text: string }
  /** Asks where, then lets the engine host write the table of a query there. */
  | { do: 'exportRuns'; query: RunQuery; columns: string[]; format: 'csv' | 'parquet' }
  /** Asks where, then writes a picture or a table that the view made. */
  | { do: 'saveFile'; name: string; base64: string }
  /** Asks where, then lets the engine host write the page there as one HTML file. */
  | { do: 'savePage'; page: SavedPage }
  /** The project of the view's folder was written: finds it, shows its file, and runs it or imports runs. */
  | { do: 'projectMade'; next: 'run' | 'import' | 'open'; path: string | null }
  /** Asks for a data file, then opens the view on it. */
  | { do: 'pickData' }
  | { do: 'openExample' }
  | { do: 'manageTrust' }
  /** Opens a file of a run in an editor. */
  | { do: 'openArtifact'; runId: string; path: string };

/** From a webview to the client. Every request gets exactly one response, an error included. */
export type FromView =
  | { kind: 'ready' }
  | {
      [M in ViewMethod]: { kind: 'request'; id: number; method: M; params: EngineRequests[M]['params'] };
    }[ViewMethod]
  | { kind: 'action'; action: ViewAction }
  /** The view shows something else now: its tab is named for that, and a reload comes back to it. */
  | { kind: 'moved'; state: ViewState[ViewName]; title: string }
  | { kind: 'failed'; message: string };

/** From the client to a webview. */
export type ToView =
  | {
      kind: 'open';
      project: string;
      root: string;
      state: ViewState[ViewName];
      problem: FileProblem | null;
      /** A person asked for the view just now; otherwise it comes back, by a reload or a change of tabs. */
      asked?: boolean;
    }
  | { kind: 'response'; id: number; result: unknown }
  | { kind: 'error'; id: number; message: string }
  /** With a problem, the view shows the last good state of the project. */
  | { kind: 'changed'; problem: FileProblem | null };
