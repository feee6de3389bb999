import { render } from 'lit';
import type { EngineRequests, ViewMethod } from '../../../protocol/engineHost.ts';
import type { ViewAction } from '../../../protocol/webview.ts';
import type { AxisKind } from '../../ui/charts/axisText.ts';
import { CurveChart } from '../../ui/charts/curves.ts';
import type { CurveOptions } from '../../ui/charts/curves.ts';
import { curveSvg } from '../../ui/charts/curveSvg.ts';
import { styleAt } from '../../ui/charts/lineStyle.ts';
import type { LineStyle } from '../../ui/charts/lineStyle.ts';
import { primaryFirst } from '../../ui/primaryMetric.ts';
import { savePng, savedColors, saveText } from '../../ui/saveChart.ts';
import type { Curve } from '../../ui/series.ts';
import { chartColors, onThemeChange } from '../../ui/theme.ts';
import { axisLabels, epochKey } from './axis.ts';
import type { XAxis } from './axis.ts';
import { chartSentence, leftOutSentences } from './summary.ts';
import { curvesCsv } from './curvesCsv.ts';
import type { GridChart, GridModel, GridRun } from './gridModel.ts';
import { firstGridState, readGridState } from './gridState.ts';
import type { GridState } from './gridState.ts';
import { gridView } from './gridView.ts';
import { Hover } from './hover.ts';
import { prepare } from './prepare.ts';
import type { CurveSettings, Prepared } from './prepare.ts';
import { SeriesStore } from './seriesStore.ts';

export interface GridOptions {
  /** The accessible name of the charts. */
  name: string;
  /** The available metrics, and the number of metrics shown by default. */
  holds(key: string): boolean;
  first: number;
}

export interface GridHost {
  ask<M extends ViewMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']>;
  act(action: ViewAction): void;
  /** Persisted state changed. */
  persisted(): void;
  open(runId: string): void;
}

/** Small charts, one per metric, with a common x: each shows the curves of all runs. Zoom and cursor are shared. */
export class CurveGrid implements GridModel {
  readonly element = document.createElement('div');
  readonly #host: GridHost;
  readonly #grid: GridOptions;
  readonly #store: SeriesStore;
  readonly #charts = new Map<string, GridChart>();
  readonly #prepared = new WeakMap<Curve, { settings: string; epochs: Curve | null; prepared: Prepared }>();
  #runs: readonly GridRun[] = [];
  #state: GridState = firstGridState;
  #choosing = false;
  #search = '';
  #focus: string | null = null;
  #pinned: string | null = null;
  #hovered: { key: string; x: number } | null = null;
  #painting = false;
  #active = false;

  constructor(host: GridHost, grid: GridOptions) {
    this.#host = host;
    this.#grid = grid;
    this.element.className = 'curve-grid';
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', grid.name);
    this.#store = new SeriesStore(
      (params) => host.ask('runs/series', params),
      (key) => this.#came(key),
    );
    onThemeChange(() => this.#draw());
  }

  /** Curves are fetched and drawn only while the grid is visible. */
  setActive(on: boolean): void {
    if (this.#active === on) return;
    this.#active = on;
    if (on) this.#draw();
  }

  get state(): GridState {
    return this.#state;
  }

  restore(persisted: unknown): void {
    this.#state = readGridState(persisted);
  }

  get runs(): readonly GridRun[] {
    return this.#runs;
  }

  get choosing(): boolean {
    return this.#choosing;
  }

  get search(): string {
    return this.#search;
  }

  get focus(): string | null {
    return this.#focus ?? this.#pinned;
  }

  get pinned(): string | null {
    return this.#pinned;
  }

  get hovered(): { key: string; x: number } | null {
    return this.#hovered;
  }

  /** Other runs, or the same runs with more points. `grew` are the runs whose curves may have more points. */
  setRuns(runs: readonly GridRun[], grew: readonly string[] = []): void {
    this.#runs = runs;
    const runIds = runs.map((run) => run.runId);
    // Hidden curves are fetched when they become visible.
    this.#store.keepOnly(this.#active ? runIds : runIds.filter((runId) => !grew.includes(runId)));
    if (this.#active && grew.length > 0) this.#store.refresh(grew);
    this.#draw();
  }

  /** All metrics that have curves: the primary one first, then those of most runs. */
  get keys(): string[] {
    const uses = new Map<string, number>();
    for (const run of this.#runs)
      for (const key of run.seriesKeys) if (this.#grid.holds(key)) uses.set(key, (uses.get(key) ?? 0) + 1);
    return primaryFirst(
      [...uses.keys()].toSorted((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0)),
      (key) => key,
    );
  }

  get metrics(): string[] {
    const { keys } = this;
    if (this.#state.metrics) return this.#state.metrics.filter((key) => keys.includes(key));
    const own = keys.filter((key) => !key.startsWith('system/') && key !== epochKey);
    return (own.length > 0 ? own : keys).slice(0, this.#grid.first);
  }

  get charts(): GridChart[] {
    return this.metrics.map((key) => this.#chart(key));
  }

  get hasEpochs(): boolean {
    return this.#runs.some((run) => run.seriesKeys.includes(epochKey));
  }

  style(place: number): LineStyle {
    return styleAt(place, chartColors().series);
  }

  curve(runId: string, key: string): Curve | undefined {
    return this.#store.get(runId, key);
  }

  set(part: Partial<GridState>): void {
    this.#state = { ...this.#state, ...part };
    this.#host.persisted();
    this.#draw();
  }

  setAxis(axis: XAxis): void {
    // A zoom range is only valid for its own axis.
    this.set({ axis, zoom: null });
  }

  toggle(list: 'logY' | 'hidden' | 'tables', one: string): void {
    const now = this.#state[list];
    this.set({ [list]: now.includes(one) ? now.filter((other) => other !== one) : [...now, one] });
  }

  toggleMetric(key: string): void {
    const { metrics } = this;
    this.set({ metrics: metrics.includes(key) ? metrics.filter((one) => one !== key) : [...metrics, key] });
  }

  choose(open: boolean, search = ''): void {
    this.#choosing = open;
    this.#search = search;
    this.#paint();
  }

  setFocus(runId: string | null): void {
    if (this.#focus === runId) return;
    this.#focus = runId;
    this.#draw();
  }

  pin(runId: string): void {
    this.#pinned = this.#pinned === runId ? null : runId;
    this.#draw();
  }

  turnTable(one: GridChart, table: GridChart['table']): void {
    one.table = table;
    this.#paint();
  }

  retry(key: string): void {
    this.#store.retry(
      this.#runs.filter((run) => run.seriesKeys.includes(key)).map((run) => run.runId),
      key,
    );
    this.#draw();
  }

  openRun(runId: string): void {
    this.#host.open(runId);
  }

  save(one: GridChart, format: 'png' | 'svg' | 'csv'): void {
    const act = (action: ViewAction): void => this.#host.act(action);
    if (format === 'csv')
      return saveText(act, one.key, 'csv', curvesCsv(one.key, this.#shown(one.curves), this.#state.smoothing));
    const { shown } = one.chart;
    if (!shown) return;
    const smooth = this.#state.smoothing === 0 ? '' : `, smoothed ${this.#state.smoothing}`;
    const svg = curveSvg(shown, `${one.key}${smooth}`, (place) => this.style(place), savedColors());
    if (format === 'svg') saveText(act, one.key, 'svg', svg);
    else void savePng(act, one.key, svg);
  }

  /** Sets the cursor of all charts to an x; `y` is the height of the pointer in its own chart. */
  hover(key: string, x: number | null, y: number | null): void {
    this.#hovered = x === null ? null : { key, x };
    for (const one of this.charts) {
      if (one.key !== key) one.chart.cursorAt(x);
      one.hover.show(x, one.key === key ? { y } : null);
    }
    this.#paint();
  }

  #shown<T extends { run: GridRun }>(all: readonly T[]): T[] {
    return all.filter(({ run }) => !this.#state.hidden.includes(run.runId));
  }

  #chart(key: string): GridChart {
    const before = this.#charts.get(key);
    if (before) return before;
    const chart = new CurveChart({
      zoomed: (zoom) => this.set({ zoom }),
      hovered: (x, y) => this.hover(key, x, y),
      style: (place) => this.style(place),
    });
    const one: GridChart = {
      key,
      chart,
      hover: new Hover(chart, key),
      lines: [],
      curves: [],
      notes: [],
      sentence: '',
      error: null,
      loading: false,
      table: { runId: null, page: 0 },
    };
    this.#charts.set(key, one);
    return one;
  }

  #came(key: string): void {
    if (!this.#active) return;
    if (key === epochKey && this.#state.axis === 'epoch') this.#draw();
    else if (this.metrics.includes(key)) {
      this.#drawOne(this.#chart(key));
      this.#paint();
    }
  }

  #draw(): void {
    if (!this.#active) return;
    for (const one of this.charts) this.#drawOne(one);
    this.#paint();
  }

  #drawOne(one: GridChart): void {
    const { key } = one;
    const having = this.#runs.filter((run) => run.seriesKeys.includes(key));
    this.#store.want(
      having.map((run) => run.runId),
      key,
    );
    if (this.#state.axis === 'epoch')
      this.#store.want(
        having.filter((run) => run.seriesKeys.includes(epochKey)).map((run) => run.runId),
        epochKey,
      );
    one.error = this.#store.error(key);
    one.loading = this.#store.missing(key);
    one.curves = having.flatMap((run) => {
      const curve = this.#store.get(run.runId, key);
      return curve ? [{ run, curve }] : [];
    });
    const settings: CurveSettings = {
      axis: this.#state.axis,
      logX: this.#state.logX,
      logY: this.#state.logY.includes(key),
      smoothing: this.#state.smoothing,
    };
    const drawn = this.#shown(one.curves).map(({ run, curve }) => ({
      run,
      curve,
      prepared: this.#prepare(run, curve, settings),
    }));
    one.lines = drawn.flatMap(({ run, prepared }) =>
      prepared.line ? [{ id: run.runId, name: run.name, line: prepared.line, place: this.#runs.indexOf(run) }] : [],
    );
    const without = drawn.filter(({ prepared }) => prepared.line === null).map(({ run }) => run.name);
    one.notes = [
      ...leftOutSentences(drawn.map(({ run, prepared }) => ({ name: run.name, leftOut: prepared.leftOut }))),
      ...(without.length === 0
        ? []
        : [
            `Without epochs: ${without.slice(0, 3).join(', ')}${without.length > 3 ? ` and ${without.length - 3} more` : ''}.`,
          ]),
    ];
    one.sentence = chartSentence(
      key,
      axisLabels[settings.axis],
      drawn.map(({ run, curve }) => ({ name: run.name, curve })),
    );
    one.hover.lines = one.lines;
    one.chart.show(one.lines, this.#options(key, settings));
  }

  #options(key: string, settings: CurveSettings): CurveOptions {
    const kinds: Record<XAxis, AxisKind> = { step: 'number', epoch: 'number', relative: 'seconds', wall: 'clock' };
    return {
      xLabel: axisLabels[settings.axis],
      yLabel: yLabel(key),
      kind: kinds[settings.axis],
      logX: settings.logX,
      logY: settings.logY,
      zoom: this.#state.zoom,
      focus: this.focus,
    };
  }

  /** Prepared once per settings: a highlight or a zoom redraws without preparing again. */
  #prepare(run: GridRun, curve: Curve, settings: CurveSettings): Prepared {
    const epochs = settings.axis === 'epoch' ? (this.#store.get(run.runId, epochKey) ?? null) : null;
    const key = JSON.stringify([settings, settings.axis === 'relative' ? run.startedAt : 0]);
    const before = this.#prepared.get(curve);
    if (before && before.settings === key && before.epochs === epochs) return before.prepared;
    const prepared = prepare(curve, settings, run.startedAt, epochs);
    this.#prepared.set(curve, { settings: key, epochs, prepared });
    return prepared;
  }

  #paint(): void {
    if (this.#painting) return;
    this.#painting = true;
    setTimeout(() => {
      this.#painting = false;
      render(gridView(this), this.element);
    });
  }
}

/** A metric with the unit from its name. */
function yLabel(key: string): string {
  const base = key.replace(/[@[].*$/, '');
  if (base.endsWith('_ms')) return `${key} (ms)`;
  if (/_(s|seconds)$/.test(base)) return `${key} (s)`;
  return /_(bytes|percent|percentage)$/.test(base) ? `${key} (${base.endsWith('bytes') ? 'bytes' : '%'})` : key;
}
