import type { DriftDetail, DriftReport } from '../../protocol/drift.ts';
import { EChart } from '../ui/charts/echart.ts';
import type { Opened } from '../ui/connection.ts';
import { isPlain, take } from '../ui/keys.ts';
import { Loader } from '../ui/loadable.ts';
import { painter } from '../ui/painter.ts';
import { chartColors } from '../ui/theme.ts';
import { driftView } from './driftView.ts';
import { firstCell, headlineOf } from './model.ts';
import type { Cell, Actions, DriftConnection, PersistedState, Model } from './model.ts';
import { timelineHeight, timelineOption } from './timeline.ts';

/** The state of the drift view and what changes it. */
export class Drift {
  readonly #connection: DriftConnection;
  readonly #paint: () => void;
  readonly #report: Loader<DriftReport>;
  readonly #detail: Loader<DriftDetail>;
  readonly #chart: EChart;
  readonly #actions: Actions;
  #persisted: PersistedState = { cell: null, metric: null, period: null };
  #monitor = '';
  #drawn = '';

  constructor(connect: (drift: Drift) => DriftConnection) {
    this.#actions = this.#makeActions();
    this.#chart = new EChart({
      clicked: (event) => this.#clicked(event),
      zoomed: (start, end) => this.#persist({ period: [start, end] }, false),
    });
    this.#paint = painter(
      () => driftView(this.#model(), this.#actions, this.#chart.element),
      () => this.#draw(),
    );
    this.#report = new Loader(() => this.#reportCame());
    this.#detail = new Loader(this.#paint);
    this.#connection = connect(this);
    setInterval(this.#paint, 60_000);
  }

  opened(opened: Opened<'drift', PersistedState>): void {
    this.#monitor = opened.state.monitor;
    if (opened.ui) this.#persisted = { ...this.#persisted, ...opened.ui };
    void this.#load();
  }

  changed(): void {
    void this.#load();
  }

  #model(): Model {
    return { ...this.#persisted, monitor: this.#monitor, report: this.#report.state, detail: this.#detail.state };
  }

  #load(): Promise<void> {
    return this.#report.load(() => this.#connection.request('drift/report', { monitor: this.#monitor }));
  }

  #reportCame(): void {
    const report = this.#report.state.value;
    if (report && !this.#report.state.loading) {
      const metric = headlineOf(report, this.#persisted.metric);
      const known =
        this.#persisted.cell && report.windows.some((window) => window.id === this.#persisted.cell?.windowId);
      const cell = known ? this.#persisted.cell : firstCell(report);
      this.#persisted = { ...this.#persisted, metric, cell };
      if (cell) this.#loadDetail(cell, this.#detail.state.value?.column !== cell.column);
    }
    this.#paint();
  }

  #loadDetail(cell: Cell, fresh: boolean): void {
    void this.#detail.load(
      () =>
        this.#connection.request('drift/detail', {
          monitor: this.#monitor,
          windowId: cell.windowId,
          column: cell.column,
        }),
      fresh,
    );
  }

  /** The chart is drawn anew only when what it shows changed; a repaint for other reasons keeps hover and zoom. */
  #draw(): void {
    const report = this.#report.state.value;
    if (!report || report.windows.length === 0 || !this.#chart.element.isConnected) return;
    const { metric, cell } = this.#persisted;
    const now = JSON.stringify([report, metric, cell]);
    if (now === this.#drawn) return;
    this.#drawn = now;
    this.#chart.show(
      () => timelineOption(report, metric, cell, chartColors(), this.#persisted.period),
      timelineHeight(report),
    );
  }

  #persist(part: Partial<PersistedState>, paint = true): void {
    this.#persisted = { ...this.#persisted, ...part };
    this.#connection.persist(this.#persisted);
    if (paint) this.#paint();
  }

  #clicked(event: { seriesId?: string; value: unknown }): void {
    const report = this.#report.state.value;
    if (!report || !event.seriesId?.startsWith('heat') || !Array.isArray(event.value)) return;
    const [x, y] = event.value as number[];
    const window = report.windows[x ?? -1];
    const column = [...report.columns].toReversed()[y ?? -1];
    if (window && column !== undefined) this.#actions.select({ windowId: window.id, column });
  }

  #makeActions(): Actions {
    return {
      select: (cell) => {
        this.#persist({ cell });
        this.#loadDetail(cell, true);
      },
      metric: (metric) => this.#persist({ metric }),
      monitorNow: () => this.#connection.act({ do: 'monitorNow', monitor: this.#monitor }),
      retrain: () => this.#connection.act({ do: 'retrain' }),
      openCard: (version) => this.#connection.act({ do: 'openCard', version }),
      openRun: (runId) => this.#connection.act({ do: 'openRun', runId }),
      save: () => this.#connection.act({ do: 'savePage', page: { of: 'drift', monitor: this.#monitor } }),
      retry: () => void this.#load(),
      keys: (event) => this.#keys(event),
    };
  }

  #keys(event: KeyboardEvent): void {
    const report = this.#report.state.value;
    const { cell } = this.#persisted;
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
