import type { DriftDetail, DriftReport } from '../../protocol/drift.ts';
import { EChart } from '../ui/charts/echart.ts';
import type { Opened } from '../ui/frame/connection.ts';
import { isPlain, take } from '../ui/frame/keys.ts';
import { Loader } from '../ui/frame/loadable.ts';
import { Frame } from '../ui/frame/frame.ts';
import { chartColors } from '../ui/theme.ts';
import { driftView } from './driftView.ts';
import { firstCell, headlineOf } from './model.ts';
import type { Cell, Actions, DriftConnection, PersistedState, Model } from './model.ts';
import { timelineOption } from './timeline.ts';
import { timelineHeight } from './timelineLayout.ts';

/** The state of the drift view and the actions that change it. */
export class Drift {
  readonly #frame: Frame<'drift', PersistedState>;
  readonly #report: Loader<DriftReport>;
  readonly #detail: Loader<DriftDetail>;
  readonly #chart: EChart;
  readonly #actions: Actions;
  #monitor = '';
  #drawn = '';

  constructor(connection: DriftConnection) {
    this.#chart = new EChart({
      clicked: (event) => this.#clicked(event),
      zoomed: (start, end) => this.#frame.persist({ period: [start, end] }),
    });
    this.#frame = new Frame(connection, {
      initial: { cell: null, metric: null, period: null },
      draw: () => driftView(this.#model(), this.#actions, this.#chart.element),
      drawn: () => this.#draw(),
      agingMs: 60_000,
    });
    this.#actions = this.#makeActions();
    this.#report = new Loader(() => this.#reportCame());
    this.#detail = new Loader(this.#frame.paint);
  }

  opened(opened: Opened<'drift', PersistedState>): void {
    this.#monitor = opened.state.monitor;
    this.#frame.set(opened.ui);
    void this.#load();
  }

  changed(): void {
    void this.#load();
  }

  #model(): Model {
    return { ...this.#frame.state, monitor: this.#monitor, report: this.#report.state, detail: this.#detail.state };
  }

  #load(): Promise<void> {
    return this.#report.load(() => this.#frame.request('drift/report', { monitor: this.#monitor }));
  }

  #reportCame(): void {
    const report = this.#report.state.value;
    if (report && !this.#report.state.loading) {
      const metric = headlineOf(report, this.#frame.state.metric);
      const known =
        this.#frame.state.cell && report.windows.some((window) => window.id === this.#frame.state.cell?.windowId);
      const cell = known ? this.#frame.state.cell : firstCell(report);
      this.#frame.set({ metric, cell });
      if (cell) this.#loadDetail(cell, this.#detail.state.value?.column !== cell.column);
    }
    this.#frame.paint();
  }

  #loadDetail(cell: Cell, fresh: boolean): void {
    void this.#detail.load(
      () =>
        this.#frame.request('drift/detail', {
          monitor: this.#monitor,
          windowId: cell.windowId,
          column: cell.column,
        }),
      fresh,
    );
  }

  /** Redraws the chart only when its content changed, so that other repaints keep hover and zoom. */
  #draw(): void {
    const report = this.#report.state.value;
    if (!report || report.windows.length === 0 || !this.#chart.element.isConnected) return;
    const { metric, cell } = this.#frame.state;
    const now = JSON.stringify([report, metric, cell]);
    if (now === this.#drawn) return;
    this.#drawn = now;
    this.#chart.show(
      () => timelineOption(report, metric, cell, chartColors(), this.#frame.state.period),
      timelineHeight(report),
    );
  }

  #persist(part: Partial<PersistedState>): void {
    this.#frame.persist(part);
    this.#frame.paint();
  }

  #clicked(event: { seriesId?: string; value: unknown }): void {
    const report = this.#report.state.value;
    if (!report || !event.seriesId?.startsWith('heat') || !Array.isArray(event.value)) return;
    const [x, y] = event.value as number[];
    const window = report.windows[x ?? -1];
    const isStatus = event.seriesId === 'heat status';
    const column = isStatus
      ? (this.#frame.state.cell?.column ?? report.columns[0])
      : [...report.columns].toReversed()[y ?? -1];
    if (window && column !== undefined) this.#actions.select({ windowId: window.id, column });
  }

  #makeActions(): Actions {
    return {
      ...this.#frame.actions,
      select: (cell) => {
        this.#persist({ cell });
        this.#loadDetail(cell, true);
      },
      metric: (metric) => this.#persist({ metric }),
      monitorNow: () => this.#frame.act({ do: 'monitorNow', monitor: this.#monitor }),
      retrain: () => this.#frame.act({ do: 'retrain' }),
      save: () => this.#frame.actions.savePage({ of: 'drift', monitor: this.#monitor }),
      retry: () => void this.#load(),
      keys: (event) => this.#keys(event),
    };
  }

  #keys(event: KeyboardEvent): void {
    const report = this.#report.state.value;
    const { cell } = this.#frame.state;
    const step = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
      Home: [-Infinity, 0],
      End: [Infinity, 0],
    }[event.key];
    if (!report || !cell || !step || !isPlain(event)) return;
    take(event);
    const [across = 0, down = 0] = step;
    const within = (value: number, length: number): number => Math.min(length - 1, Math.max(0, value));
    const window =
      report.windows[
        within(report.windows.findIndex((one) => one.id === cell.windowId) + across, report.windows.length)
      ];
    const column = report.columns[within(report.columns.indexOf(cell.column) + down, report.columns.length)];
    if (window && column !== undefined) this.#actions.select({ windowId: window.id, column });
  }
}
