import type { ExperimentSummary } from '../../protocol/lifeCycle.ts';
import type { MetricSeries, RunDetail, RunSummary } from '../../protocol/runs.ts';
import type { Connection } from '../ui/connection.ts';
import type { Loadable } from '../ui/loadable.ts';
import type { Column } from './columns.ts';
import type { LogTail } from './logTail.ts';
import type { Sort } from './ordering.ts';

/** What is kept over a reload. */
export interface Kept {
  search: string;
  experiment: string | null;
  sort: Sort;
  shown: Record<string, boolean>;
  selected: string[];
  open: string | null;
  comparing: boolean;
}

export type HistoryConnection = Connection<'runHistory', Kept>;

/** What the templates read. */
export interface Model extends Kept, PanelModel {
  project: string;
  runs: RunSummary[];
  total: number | null;
  busy: boolean;
  error: string | null;
  columns: Column[];
  visible: Column[];
  experiments: ExperimentSummary[];
  active: string | null;
  choosing: boolean;
}

/** What the panels of one run and of the compared runs read. */
export interface PanelModel {
  detail: Loadable<RunDetail>;
  log: LogTail | null;
  details: Loadable<RunDetail[]>;
  curves: Loadable<MetricSeries[]>;
  curveKey: string | null;
  logScale: boolean;
  allRows: boolean;
}

/** What those panels do of their own. */
export interface PanelDoes {
  curve(key: string): void;
  logScale(on: boolean): void;
  allRows(on: boolean): void;
  logStage(stage: string): void;
}

/** What the templates do. */
export interface Does extends PanelDoes {
  search(text: string): void;
  filter(experiment: string | null): void;
  order(column: Column): void;
  choose(open: boolean): void;
  show(column: string, shown: boolean): void;
  activate(runId: string): void;
  select(runId: string): void;
  open(runId: string | null): void;
  compare(on: boolean): void;
  star(run: RunSummary): void;
  scrolled(): void;
  retry(): void;
  runAll(): void;
  openCard(version: number): void;
  openFile(path: string): void;
  copy(text: string): void;
  keys(event: KeyboardEvent): void;
}
