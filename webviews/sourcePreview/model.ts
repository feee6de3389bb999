import type { PreviewProblem, SourcePreview } from '../../protocol/sourcePreview.ts';
import type { Connection } from '../ui/frame/connection.ts';

/** Persisted over a reload. The rows are not: they are data of the source. */
export interface PersistedState {
  /** Reads the source from its start, also when only new rows would be added. */
  all: boolean;
  /** Shows only rows that do not fit the schema. */
  onlyFaults: boolean;
}

export type PreviewConnection = Connection<'sourcePreview', PersistedState>;

/** A collection that ended after the preview was taken. */
export interface Collected {
  /** Epoch milliseconds. */
  at: number;
  /** As the stage tells it: `3 rows · 1 added`. */
  summary: string;
}

/** Data for the templates. */
export interface Model extends PersistedState {
  stage: string;
  preview: SourcePreview | null;
  /** Why the last reading failed; `preview` is then that of an earlier one. */
  problem: PreviewProblem | null;
  collected: Collected | null;
  /** When the running reading began, epoch milliseconds; null while none runs. */
  since: number | null;
  /** The user stopped the last reading. */
  cancelled: boolean;
  /** Indexes of the visible rows. */
  shown: readonly number[];
  /** Position in `shown` of the row with the keyboard focus. */
  active: number;
}

/** Actions for the templates. */
export interface Actions {
  refresh(): void;
  cancel(): void;
  /** Asks the person, then reads the output of the command. */
  runCommand(): void;
  all(on: boolean): void;
  onlyFaults(on: boolean): void;
  activate(position: number): void;
  keys(event: KeyboardEvent): void;
  scrolled(): void;
  /** Runs the stage. */
  collect(): void;
  openSource(): void;
}
