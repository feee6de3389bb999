import type { MetricSeries, RunDetail, RunSummary } from '../../protocol/runs.ts';
import { Curves } from '../ui/charts/curves.ts';
import { Loader } from '../ui/loadable.ts';
import { LogTail } from './logTail.ts';
import type { HistoryConnection, Kept, PanelDoes, PanelModel } from './model.ts';

/** What the panels need of the view that they stand in. */
export interface PanelsHost {
  connection(): HistoryConnection;
  kept(): Pick<Kept, 'open' | 'selected' | 'comparing'>;
  /** The runs of the table that are loaded now. */
  loaded(): readonly RunSummary[];
  paint(): void;
}

/** The two panels beside the table: one run in detail, and the selected runs compared. */
export class Panels {
  readonly #host: PanelsHost;
  readonly #detail: Loader<RunDetail>;
  readonly #details: Loader<RunDetail[]>;
  readonly #curves: Loader<MetricSeries[]>;
  readonly #detailCurves: Loader<MetricSeries[]>;
  readonly #compareChart = new Curves();
  readonly #detailChart = new Curves();
  readonly does: PanelDoes;
  #curveKey: string | null = null;
  #logScale = false;
  #allRows = false;
  #log: LogTail | null = null;

  constructor(host: PanelsHost) {
    this.#host = host;
    this.#detail = new Loader(() => this.#detailCame());
    this.#details = new Loader(() => this.#detailsCame());
    this.#curves = new Loader(() => host.paint());
    this.#detailCurves = new Loader(() => host.paint());
    this.does = this.#actions();
  }

  get model(): PanelModel {
    return {
      detail: this.#detail.state,
      log: this.#log,
      details: this.#details.state,
      curves: this.#curves.state,
      curveKey: this.#curveKey,
      logScale: this.#logScale,
      allRows: this.#allRows,
    };
  }

  get charts(): { compare: HTMLElement; detail: HTMLElement } {
    return { compare: this.#compareChart.element, detail: this.#detailChart.element };
  }

  /** The store changed: what is shown is asked again. */
  changed(): void {
    const { open, comparing, selected } = this.#host.kept();
    if (open !== null) void this.#detail.load(() => this.#host.connection().request('runs/get', { runId: open }));
    if (comparing && this.#host.loaded().some((run) => run.status === 'running' && selected.includes(run.runId))) this.compare();
  }

  /** Loads one run into the detail panel. */
  open(runId: string): void {
    this.close();
    this.#detailChart.clear();
    this.#detailCurves.clear();
    void this.#detail.load(() => this.#host.connection().request('runs/get', { runId }), true);
  }

  close(): void {
    this.#log?.stop();
    this.#log = null;
  }

  /** Loads the selected runs into the comparison. */
  compare(): void {
    const runIds = this.#host.kept().selected;
    void this.#details.load(() => Promise.all(runIds.map((runId) => this.#host.connection().request('runs/get', { runId }))));
  }

  stopComparing(): void {
    this.#compareChart.clear();
    this.#curves.clear();
  }

  /** After each painting: the charts draw themselves, the log stays at its end. */
  draw(): void {
    const { comparing, open } = this.#host.kept();
    const names = new Map([...this.#host.loaded(), ...(this.#details.state.value ?? []), ...(this.#detail.state.value ? [this.#detail.state.value] : [])].map((run) => [run.runId, run.name]));
    if (comparing && this.#curves.state.value) this.#compareChart.show(this.#curves.state.value, names, this.#logScale);
    if (open !== null && this.#detailCurves.state.value) this.#detailChart.show(this.#detailCurves.state.value, names, this.#logScale);
    const pre = document.querySelector('pre.log');
    if (pre && this.#log && !this.#log.done && pre.scrollHeight - pre.scrollTop - pre.clientHeight < 80) pre.scrollTop = pre.scrollHeight;
  }

  #detailCame(): void {
    const run = this.#detail.state.value;
    if (run && this.#host.kept().open === run.runId && !this.#detail.state.loading) {
      if (this.#log?.runId !== run.runId) this.#followLog(run, run.stages.find((stage) => stage.status === 'running' || stage.status === 'failed')?.stage ?? run.stages.findLast((stage) => stage.status === 'finished')?.stage);
      if (this.#curveKey === null || !run.seriesKeys.includes(this.#curveKey)) this.#curveKey = run.seriesKeys[0] ?? this.#curveKey;
      const key = this.#curveKey;
      if (key !== null && run.seriesKeys.includes(key)) void this.#detailCurves.load(() => this.#host.connection().request('runs/series', { runIds: [run.runId], key }));
    }
    this.#host.paint();
  }

  #followLog(run: RunDetail, stage: string | undefined): void {
    this.close();
    this.#log = stage === undefined ? null : new LogTail(run.runId, stage, (params) => this.#host.connection().request('runs/log', params), () => this.#host.paint());
  }

  #detailsCame(): void {
    const runs = this.#details.state.value;
    if (runs && !this.#details.state.loading) {
      const keys = [...new Set(runs.flatMap((run) => run.seriesKeys))];
      if (this.#curveKey === null || !keys.includes(this.#curveKey)) this.#curveKey = keys[0] ?? null;
      this.#loadCurves();
    }
    this.#host.paint();
  }

  #loadCurves(): void {
    const key = this.#curveKey;
    if (key === null) return;
    const { comparing, selected, open } = this.#host.kept();
    if (comparing) void this.#curves.load(() => this.#host.connection().request('runs/series', { runIds: selected, key }));
    if (open !== null) void this.#detailCurves.load(() => this.#host.connection().request('runs/series', { runIds: [open], key }));
  }

  #actions(): PanelDoes {
    return {
      curve: (key) => {
        this.#curveKey = key;
        this.#loadCurves();
        this.#host.paint();
      },
      logScale: (on) => {
        this.#logScale = on;
        this.#host.paint();
      },
      allRows: (on) => {
        this.#allRows = on;
        this.#host.paint();
      },
      logStage: (stage) => {
        const run = this.#detail.state.value;
        if (run) this.#followLog(run, stage);
        this.#host.paint();
      },
    };
  }
}
