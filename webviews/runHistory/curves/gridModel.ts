import type { RunStatus } from '../../../protocol/lifeCycle.ts';
import type { CurveChart } from '../../ui/charts/curves.ts';
import type { ChartLine } from '../../ui/charts/line.ts';
import type { LineStyle } from '../../ui/charts/lineStyle.ts';
import type { Curve } from '../../ui/series.ts';
import type { XAxis } from './axis.ts';
import type { GridState } from './gridState.ts';
import type { Hover } from './hover.ts';

/** A run in the grid. */
export interface GridRun {
  runId: string;
  name: string;
  startedAt: number;
  status: RunStatus;
  seriesKeys: readonly string[];
}

/** One chart of the grid: a metric of all runs. */
export interface GridChart {
  key: string;
  chart: CurveChart;
  hover: Hover;
  lines: ChartLine[];
  curves: { run: GridRun; curve: Curve }[];
  notes: string[];
  sentence: string;
  error: string | null;
  loading: boolean;
  /** Run and page of the table of points. */
  table: { runId: string | null; page: number };
}

/** Data for the templates of the grid. */
export interface GridModel {
  readonly element: HTMLElement;
  readonly state: GridState;
  readonly runs: readonly GridRun[];
  /** The metrics that have curves, and the shown ones. */
  readonly keys: string[];
  readonly metrics: string[];
  readonly charts: GridChart[];
  readonly hasEpochs: boolean;
  /** True while the menu of metrics is open, and its search text. */
  readonly choosing: boolean;
  readonly search: string;
  /** The id of the highlighted run. */
  readonly focus: string | null;
  readonly pinned: string | null;
  /** The chart and x of the cursor. */
  readonly hovered: { key: string; x: number } | null;
  style(place: number): LineStyle;
  set(part: Partial<GridState>): void;
  setAxis(axis: XAxis): void;
  toggle(list: 'logY' | 'hidden' | 'tables', one: string): void;
  toggleMetric(key: string): void;
  choose(open: boolean, search?: string): void;
  setFocus(runId: string | null): void;
  pin(runId: string): void;
  turnTable(one: GridChart, table: GridChart['table']): void;
  retry(key: string): void;
  openRun(runId: string): void;
  save(one: GridChart, format: 'png' | 'svg' | 'csv'): void;
  /** Sets the cursor of all charts to an x; `y` is the height of the pointer in its own chart. */
  hover(key: string, x: number | null, y: number | null): void;
}
