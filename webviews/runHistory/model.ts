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
export interface Model extends Kept {
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
  detail: Loadable<RunDetail>;
  log: LogTail | null;
  details: Loadable<RunDetail[]>;
  curves: Loadable<MetricSeries[]>;
  curveKey: string | null;
  logScale: boolean;
  allRows: boolean;
}

/** What the templates do. */
export interface Does {
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
  curve(key: string): void;
  logScale(on: boolean): void;
  allRows(on: boolean): void;
  logStage(stage: string): void;
  scrolled(): void;
  retry(): void;
  runAll(): void;
  openCard(version: number): void;
  openFile(path: string): void;
  copy(text: string): void;
  keys(event: KeyboardEvent): void;
}
