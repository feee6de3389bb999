import type { ExperimentSummary } from '../../protocol/lifeCycle.ts';
import type { FilterProblem, RunGroup, RunSummary } from '../../protocol/runs.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { HostActions } from '../ui/frame/hostActions.ts';
import type { Available, Column } from './columns/columns.ts';
import type { Layout } from './columns/layout.ts';
import type { Range } from './rows/metricRanges.ts';
import type { Row } from './rows/runRows.ts';
import type { Settings, Which } from './state/settings.ts';

/** Persisted over a reload. */
export interface PersistedState extends Settings {
  /** The saved view that the settings are based on. */
  view: string | null;
  recentFilters: string[];
  selected: string[];
  open: string | null;
  comparing: boolean;
  /** State of the detail and the comparison, each in its own form. */
  panels: unknown;
}

export type RunHistoryConnection = Connection<'runHistory', PersistedState>;

/** The open popup; at most one. */
export type Popup = 'columns' | 'views' | 'export' | 'tags' | 'note' | 'rename';

/** The toast below the table that reports the last action. */
export interface Toast {
  text: string;
  /** The action of its button; null for none. */
  back: 'Undo' | 'Redo' | null;
  isError: boolean;
}

/** Data for the templates. */
export interface Model extends PersistedState {
  project: string;
  /** Rows of the table, including group heads. */
  length: number;
  row(index: number): Row;
  /** Number of matching runs; null until the first response. */
  total: number | null;
  /** Number of groups; null without grouping. */
  groups: number | null;
  ready: boolean;
  error: string | null;
  problem: FilterProblem | null;
  /** All available columns, and the shown ones in order. */
  available: readonly Available[];
  columns: readonly Column[];
  /** True when a version number is ambiguous without the name of its model. */
  severalModels: boolean;
  /** True when a column has numbers in the loaded runs. */
  isNumber(column: Column): boolean;
  /** Changes when existing cells may look different: columns, ranges or relative times. */
  stamp: string;
  rangeOf(key: string): Range | null;
  experiments: ExperimentSummary[];
  /** The command that brings missing data, without which a run would fail; null when none is missing. */
  pull: string | null;
  /** The focused row. */
  active: number;
  isSelected(runId: string): boolean;
  /** The runs that an action applies to: the selected ones, else the focused one. Loaded runs only. */
  targets: readonly RunSummary[];
  popup: Popup | null;
  toast: Toast | null;
  /** Names of the saved views, and whether the active one has unsaved changes. */
  views: readonly string[];
  edited: boolean;
}

/** Actions for the templates. */
export interface Actions extends Pick<HostActions, 'openCard' | 'runAll' | 'runInTerminal'> {
  set(part: Partial<Settings>): void;
  search(text: string): void;
  which(which: Which): void;
  order(column: Column, add: boolean): void;
  layout(layout: Layout): void;
  popup(which: Popup | null): void;
  toggleGroup(group: RunGroup): void;
  activate(index: number): void;
  select(runId: string): void;
  /** Selects the rows from the last selected one to this one. */
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
