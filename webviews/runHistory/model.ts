import type { ExperimentSummary } from '../../protocol/lifeCycle.ts';
import type { FilterProblem, RunGroup, RunSummary } from '../../protocol/runs.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { HostActions } from '../ui/frame/hostActions.ts';
import type { Available, Column } from './columns/columns.ts';
import type { Layout } from './columns/layout.ts';
import type { Range } from './rows/metricRanges.ts';
import type { Row } from './rows/runRows.ts';
import type { Settings, Which } from './state/settings.ts';

/** What is kept over a reload. */
export interface PersistedState extends Settings {
  /** The saved view that the settings began as. */
  view: string | null;
  recentFilters: string[];
  selected: string[];
  open: string | null;
  comparing: boolean;
  /** What the panels of one run and of the compared runs keep, in their own form. */
  panels: unknown;
}

export type RunHistoryConnection = Connection<'runHistory', PersistedState>;

/** What stands open over the table: at most one thing. */
export type Popup = 'columns' | 'views' | 'export' | 'tags' | 'note' | 'rename';

/** The line under the table that reports the last action. */
export interface Toast {
  text: string;
  /** The action that its button offers; null for none. */
  back: 'Undo' | 'Redo' | null;
  isError: boolean;
}

/** What the templates read. */
export interface Model extends PersistedState {
  project: string;
  /** Rows of the table, heads of groups among them. */
  length: number;
  row(index: number): Row;
  /** Runs that match; null until the first answer. */
  total: number | null;
  /** Groups of the rows; null while they are not grouped. */
  groups: number | null;
  ready: boolean;
  error: string | null;
  problem: FilterProblem | null;
  /** Every column there could be, and those that are shown, in their order. */
  available: readonly Available[];
  columns: readonly Column[];
  /** True when the number of a version needs the name of its model. */
  severalModels: boolean;
  /** Whether a column holds numbers in the runs that are loaded. */
  isNumber(column: Column): boolean;
  /** Another one when cells that are there may look otherwise: columns, ranges, or the time that they tell. */
  stamp: string;
  rangeOf(key: string): Range | null;
  experiments: ExperimentSummary[];
  /** The row that the keyboard is on. */
  active: number;
  isSelected(runId: string): boolean;
  /** Runs that an action is about: the selected, else the one that the keyboard is on. Those that are known. */
  targets: readonly RunSummary[];
  popup: Popup | null;
  toast: Toast | null;
  /** Names of the saved views; whether the one that is on differs from what was saved. */
  views: readonly string[];
  edited: boolean;
}

/** What the templates do. */
export interface Actions extends Pick<HostActions, 'openCard' | 'runAll'> {
  set(part: Partial<Settings>): void;
  search(text: string): void;
  which(which: Which): void;
  order(column: Column, add: boolean): void;
  layout(layout: Layout): void;
  popup(which: Popup | null): void;
  toggleGroup(group: RunGroup): void;
  activate(index: number): void;
  select(runId: string): void;
  /** Selects all rows from the last one that was touched to this one. */
  selectTo(index: number): void;
  clearSelection(): void;
  open(runId: string | null): void;
  compare(on: boolean): void;
  star(run: RunSummary): void;
  starTargets(): void;
  tag(key: string, value: string | null): void;
  note(text: string): void;
  rename(name: string): void;
  archive(on: boolean): void;
  remove(on: boolean): void;
  undo(): void;
  redo(): void;
  dismiss(): void;
  export(format: 'csv' | 'parquet', what: 'shown' | 'all', runs: 'matching' | 'selected'): void;
  useView(name: string | null): void;
  saveView(name: string): void;
  renameView(from: string, to: string): void;
  deleteView(name: string): void;
  scrolled(): void;
  retry(): void;
  keys(event: KeyboardEvent): void;
}
