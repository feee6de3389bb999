import type { ExperimentSummary } from '../../protocol/lifeCycle.ts';
import type { MetricSeries, RunDetail, RunSummary } from '../../protocol/runs.ts';
import { Curves } from '../ui/charts/curves.ts';
import type { Opened } from '../ui/connection.ts';
import { Loader } from '../ui/loadable.ts';
import { painter } from '../ui/painter.ts';
import { allColumns, shownColumns } from './columns.ts';
import type { Column } from './columns.ts';
import { historyView } from './historyView.ts';
import { keyAction } from './keys.ts';
import { LogTail } from './logTail.ts';
import type { Does, HistoryConnection, Kept, Model } from './model.ts';
import { newestFirst, nextSort, sorted } from './ordering.ts';
import { RunPages } from './runPages.ts';
import { rowHeight, sliceOf } from './table.ts';

const typingMs = 180;

/** The state of the run history and what changes it. */
export class History {
  readonly #connection: HistoryConnection;
  readonly #paint: () => void;
  readonly #pages: RunPages;
  readonly #detail: Loader<RunDetail>;
  readonly #details: Loader<RunDetail[]>;
  readonly #curves: Loader<MetricSeries[]>;
  readonly #detailCurves: Loader<MetricSeries[]>;
  readonly #compareChart = new Curves();
  readonly #detailChart = new Curves();
  readonly #does: Does;
  #kept: Kept = { search: '', experiment: null, sort: newestFirst, shown: {}, selected: [], open: null, comparing: false };
  #project = '';
  #experiments: ExperimentSummary[] = [];
  #headline: string[] = [];
  #active: string | null = null;
  #choosing = false;
  #curveKey: string | null = null;
  #logScale = false;
  #allRows = false;
  #log: LogTail | null = null;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #rows: RunSummary[] = [];
  #columns: Column[] = [];

  constructor(connect: (history: History) => HistoryConnection) {
    this.#paint = painter(() => historyView(this.#model(), this.#does, sliceOf(scroller(), this.#rows.length), { compare: this.#compareChart.element, detail: this.#detailChart.element }), () => this.#draw());
    const changed = (): void => this.#update();
    this.#pages = new RunPages((query) => this.#connection.request('runs/list', query), changed);
    this.#detail = new Loader(() => this.#detailCame());
    this.#details = new Loader(() => this.#detailsCame());
    this.#curves = new Loader(changed);
    this.#detailCurves = new Loader(changed);
    this.#does = this.#actions();
    this.#connection = connect(this);
    document.addEventListener('keydown', (event) => this.#pageKeys(event));
    window.addEventListener('resize', () => this.#paint());
    // Relative times grow old even when nothing happens.
    setInterval(() => this.#paint(), 30_000);
  }

  opened(opened: Opened<'runHistory', Kept>): void {
    this.#project = opened.project;
    if (opened.ui) this.#kept = { ...this.#kept, ...opened.ui };
    if (opened.state.experiment !== null) this.#kept = { ...this.#kept, experiment: opened.state.experiment };
    if (opened.state.runId !== null) this.#kept = { ...this.#kept, open: opened.state.runId };
    this.#active = this.#kept.open;
    void this.#ask();
    void this.#loadExperiments();
    if (this.#kept.open !== null) this.#loadDetail(this.#kept.open);
    if (this.#kept.comparing) this.#loadCompared();
    this.#paint();
  }

  changed(): void {
    void this.#pages.refresh();
    void this.#loadExperiments();
    const { open, comparing, selected } = this.#kept;
    if (open !== null) void this.#detail.load(() => this.#connection.request('runs/get', { runId: open }));
    if (comparing && this.#pages.runs.some((run) => run.status === 'running' && selected.includes(run.runId))) this.#loadCompared();
  }

  #model(): Model {
    return {
      ...this.#kept,
      project: this.#project,
      runs: this.#rows,
      total: this.#pages.total,
      busy: this.#pages.busy,
      error: this.#pages.error,
      columns: this.#columns,
      visible: shownColumns(this.#columns, this.#kept, this.#rows),
      experiments: this.#experiments,
      active: this.#active,
      choosing: this.#choosing,
      detail: this.#detail.state,
      log: this.#log,
      details: this.#details.state,
      curves: this.#curves.state,
      curveKey: this.#curveKey,
      logScale: this.#logScale,
      allRows: this.#allRows,
    };
  }

  /** Works out rows and columns once a change, not once a frame. */
  #update(): void {
    this.#columns = allColumns(this.#pages.runs, this.#headline);
    this.#rows = sorted(this.#pages.runs, this.#columns, this.#kept.sort);
    this.#paint();
  }

  #draw(): void {
    const names = new Map([...this.#pages.runs, ...(this.#details.state.value ?? []), ...(this.#detail.state.value ? [this.#detail.state.value] : [])].map((run) => [run.runId, run.name]));
    if (this.#kept.comparing && this.#curves.state.value) this.#compareChart.show(this.#curves.state.value, names, this.#logScale);
    if (this.#kept.open !== null && this.#detailCurves.state.value) this.#detailChart.show(this.#detailCurves.state.value, names, this.#logScale);
    this.#scrollLog();
  }

  #set(part: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...part };
    this.#connection.keep(this.#kept);
    this.#update();
  }

  async #ask(): Promise<void> {
    const first = this.#pages.total === null;
    const { search, experiment, sort } = this.#kept;
    await this.#pages.ask({ ...(experiment === null ? {} : { experiment }), ...(search.trim() === '' ? {} : { search: search.trim() }) });
    // Another order than the store's is only right over all runs.
    if (sort.column !== newestFirst.column || !sort.descending) await this.#pages.all();
    if (this.#active === null || !this.#rows.some((run) => run.runId === this.#active)) this.#active = this.#rows[0]?.runId ?? null;
    this.#update();
    if (first) focusTable();
  }

  async #loadExperiments(): Promise<void> {
    try {
      const { experiments, models } = await this.#connection.request('project/overview', {});
      this.#experiments = experiments;
      this.#headline = Object.keys(models[0]?.metrics ?? {});
      this.#update();
    } catch {
      // The list of runs asks the same engine and shows why it does not answer.
    }
  }

  #loadDetail(runId: string): void {
    this.#log?.stop();
    this.#log = null;
    this.#detailChart.clear();
    this.#detailCurves.clear();
    void this.#detail.load(() => this.#connection.request('runs/get', { runId }), true);
  }

  #detailCame(): void {
    const run = this.#detail.state.value;
    if (run && this.#kept.open === run.runId && !this.#detail.state.loading) {
      if (this.#log?.runId !== run.runId) this.#followLog(run, run.stages.find((stage) => stage.status === 'running' || stage.status === 'failed')?.stage ?? run.stages.findLast((stage) => stage.status === 'finished')?.stage);
      if (this.#curveKey === null || !run.seriesKeys.includes(this.#curveKey)) this.#curveKey = run.seriesKeys[0] ?? this.#curveKey;
      const key = this.#curveKey;
      if (key !== null && run.seriesKeys.includes(key)) void this.#detailCurves.load(() => this.#connection.request('runs/series', { runIds: [run.runId], key }));
    }
    this.#update();
  }

  #followLog(run: RunDetail, stage: string | undefined): void {
    this.#log?.stop();
    this.#log = stage === undefined ? null : new LogTail(run.runId, stage, (params) => this.#connection.request('runs/log', params), () => this.#paint());
  }

  #loadCompared(): void {
    const runIds = this.#kept.selected;
    void this.#details.load(() => Promise.all(runIds.map((runId) => this.#connection.request('runs/get', { runId }))));
  }

  #detailsCame(): void {
    const runs = this.#details.state.value;
    if (runs && !this.#details.state.loading) {
      const keys = [...new Set(runs.flatMap((run) => run.seriesKeys))];
      if (this.#curveKey === null || !keys.includes(this.#curveKey)) this.#curveKey = keys[0] ?? null;
      this.#loadCurves();
    }
    this.#update();
  }

  #loadCurves(): void {
    const key = this.#curveKey;
    if (key === null) return;
    const { comparing, selected, open } = this.#kept;
    if (comparing) void this.#curves.load(() => this.#connection.request('runs/series', { runIds: selected, key }));
    if (open !== null) void this.#detailCurves.load(() => this.#connection.request('runs/series', { runIds: [open], key }));
  }

  #scrollLog(): void {
    const pre = document.querySelector('pre.log');
    if (pre && this.#log && !this.#log.done && pre.scrollHeight - pre.scrollTop - pre.clientHeight < 80) pre.scrollTop = pre.scrollHeight;
  }

  #actions(): Does {
    return {
      search: (text) => {
        this.#set({ search: text });
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => void this.#ask(), typingMs);
      },
      filter: (experiment) => {
        this.#set({ experiment });
        void this.#ask();
      },
      order: (column) => {
        this.#set({ sort: nextSort(this.#kept.sort, column) });
        void this.#pages.all();
      },
      choose: (open) => {
        this.#choosing = open;
        this.#paint();
      },
      show: (column, shown) => this.#set({ shown: { ...this.#kept.shown, [column]: shown } }),
      activate: (runId) => {
        this.#active = runId;
        if (this.#kept.open !== null && this.#kept.open !== runId) this.#does.open(runId);
        this.#paint();
      },
      select: (runId) => {
        const { selected } = this.#kept;
        this.#set({ selected: selected.includes(runId) ? selected.filter((one) => one !== runId) : [...selected, runId] });
        if (!this.#kept.comparing) return;
        if (this.#kept.selected.length < 2) this.#does.compare(false);
        else this.#loadCompared();
      },
      open: (runId) => {
        this.#set({ open: runId });
        if (runId === null) {
          this.#log?.stop();
          this.#log = null;
          focusTable();
          return;
        }
        this.#active = runId;
        this.#loadDetail(runId);
      },
      compare: (on) => {
        if (on && this.#kept.selected.length < 2) return;
        this.#set({ comparing: on });
        if (on) this.#loadCompared();
        else {
          this.#compareChart.clear();
          this.#curves.clear();
          focusTable();
        }
      },
      star: (run) => void this.#star(run),
      curve: (key) => {
        this.#curveKey = key;
        this.#loadCurves();
        this.#paint();
      },
      logScale: (on) => {
        this.#logScale = on;
        this.#paint();
      },
      allRows: (on) => {
        this.#allRows = on;
        this.#paint();
      },
      logStage: (stage) => {
        const run = this.#detail.state.value;
        if (run) this.#followLog(run, stage);
        this.#paint();
      },
      scrolled: () => {
        const box = scroller();
        if (box && box.scrollTop + box.clientHeight > box.scrollHeight - 40 * rowHeight) void this.#pages.more();
        this.#paint();
      },
      retry: () => this.changed(),
      runAll: () => this.#connection.act({ do: 'runStage', stage: null, experiment: null }),
      openCard: (version) => this.#connection.act({ do: 'openCard', version }),
      openFile: (path) => this.#connection.act({ do: 'openFile', path, line: null }),
      copy: (text) => this.#connection.act({ do: 'copy', text }),
      keys: (event) => this.#tableKeys(event),
    };
  }

  async #star(run: RunSummary): Promise<void> {
    await this.#connection.request('runs/star', { runId: run.runId, starred: !run.starred });
    await this.#pages.refresh();
  }

  #tableKeys(event: KeyboardEvent): void {
    const searching = (event.target as HTMLElement).id === 'search';
    if (searching && event.key !== 'Escape' && event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    if (searching) {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape' && this.#kept.search !== '') this.#does.search('');
      return focusTable();
    }
    const action = keyAction(event, this.#rows, this.#active);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if ('move' in action) {
      this.#does.activate(action.move);
      this.#reveal(action.move);
    } else if (action.run === 'select' && this.#active !== null) this.#does.select(this.#active);
    else if (action.run === 'open' && this.#active !== null) this.#does.open(this.#active);
    else if (action.run === 'star') {
      const run = this.#rows.find((one) => one.runId === this.#active);
      if (run) this.#does.star(run);
    }
  }

  #pageKeys(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    const typing = target instanceof HTMLInputElement && target.type !== 'checkbox';
    if (event.key === 'Escape') this.#back();
    else if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === '/') {
      event.preventDefault();
      document.getElementById('search')?.focus();
    } else if (event.key === 'c') this.#does.compare(!this.#kept.comparing);
  }

  /** Escape goes back one step: the columns, the detail, the comparison, the selection. */
  #back(): void {
    if (this.#choosing) this.#does.choose(false);
    else if (this.#kept.open !== null) this.#does.open(null);
    else if (this.#kept.comparing) this.#does.compare(false);
    else if (this.#kept.selected.length > 0) this.#set({ selected: [] });
  }

  #reveal(runId: string): void {
    const box = scroller();
    const index = this.#rows.findIndex((run) => run.runId === runId);
    if (!box || index < 0) return;
    const top = index * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + 2 * rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * rowHeight - box.clientHeight;
  }
}

function scroller(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.scroller');
}

function focusTable(): void {
  setTimeout(() => document.querySelector<HTMLElement>('table.runs')?.focus());
}
