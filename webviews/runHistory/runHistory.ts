import type { RunPage, RunQuery } from '../../protocol/runs.ts';
import type { Opened } from '../ui/frame/connection.ts';
import { Frame } from '../ui/frame/frame.ts';
import { OpenPopup } from '../ui/frame/popup.ts';
import { portOf } from '../ui/table/slices.ts';
import type { Port } from '../ui/table/slices.ts';
import { exportRuns } from './actions/exportRuns.ts';
import { runActions } from './actions/runActions.ts';
import { RunEdits } from './actions/runEdits.ts';
import { viewActions } from './actions/viewActions.ts';
import { ShownColumns } from './columns/shownColumns.ts';
import { FilterInput } from './filter/filterInput.ts';
import { Keyboard } from './keyboard.ts';
import type { Actions, Model, PersistedState, Popup, RunHistoryConnection } from './model.ts';
import { Panels } from './panels/panels.ts';
import { MetricRanges } from './rows/metricRanges.ts';
import { nextOrder } from './rows/ordering.ts';
import { Refresher } from './rows/refresher.ts';
import { RunRows } from './rows/runRows.ts';
import { Selection } from './rows/selection.ts';
import { runHistoryView } from './runHistoryView.ts';
import { readPersistedState } from './state/readPersistedState.ts';
import { SavedViews } from './state/savedViews.ts';
import { aboutRuns, queryOf, settingsOf } from './state/settings.ts';
import type { Settings } from './state/settings.ts';
import { runTable } from './table/runTable.ts';

const typingMs = 180;
const rowsLeastMs = 200;
const aroundLeastMs = 2000;
const filtersKept = 12;
const agingMs = 15_000;
const showingMs = 80;

/** The state of the run history and the actions that change it. */
export class RunHistory {
  readonly #frame: Frame<'runHistory', PersistedState>;
  readonly #rows: RunRows;
  readonly #ranges: MetricRanges;
  readonly #columns: ShownColumns;
  #pull: string | null = null;
  readonly #panels: Panels;
  readonly #selection: Selection;
  readonly #edits: RunEdits;
  readonly #views: SavedViews;
  readonly #filter: FilterInput;
  readonly #keyboard: Keyboard;
  readonly #popup: OpenPopup<Popup>;
  readonly #rowsAgain: Refresher;
  readonly #aroundAgain: Refresher;
  readonly #actions: Actions;
  #project = '';
  #port: Port = portOf(null);
  #typing: ReturnType<typeof setTimeout> | undefined;
  #around: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: RunHistoryConnection) {
    this.#frame = new Frame(connection, {
      initial: readPersistedState(null),
      draw: () => runHistoryView(this.#model(), this.#actions, this.#measure(), this.#panels, this.#filter),
      drawn: () => this.#drawn(),
      keys: (event) => this.#keyboard.page(event),
      agingMs,
      followsWindow: true,
    });
    this.#popup = new OpenPopup(this.#frame.paint);
    const list = (query: RunQuery): Promise<RunPage> => this.#frame.request('runs/list', query);
    this.#rows = new RunRows({
      list,
      groups: (params) => this.#frame.request('runs/groups', params),
      changed: () => this.#rowsCame(),
      shifted: (rows) => this.#shifted(rows),
    });
    this.#ranges = new MetricRanges(list, () => this.#frame.paint());
    this.#columns = new ShownColumns({
      layout: () => this.#frame.state.layout,
      experiment: () => this.#frame.state.experiment,
      runs: () => this.#rows.loaded(),
      paint: this.#frame.paint,
    });
    this.#panels = new Panels({
      ask: (method, params) => this.#frame.request(method, params),
      act: (action) => this.#frame.act(action),
      shown: () => this.#frame.state,
      edit: async (text, runId, change) => void (await this.#edits.apply(text, [{ runId, change }])),
      paint: () => this.#frame.paint(),
      persist: () => this.#frame.persist({ panels: this.#panels.state }),
      open: (runId) => this.#actions.open(runId),
      select: (runIds) => this.#select(runIds),
      stopComparing: () => this.#actions.compare(false),
      filter: (filter) => this.#change({ filter, search: '', experiment: null, which: 'active', group: null }),
    });
    this.#edits = new RunEdits({
      connection,
      rows: this.#rows,
      refresh: () => this.#rows.refresh(),
      paint: () => this.#frame.paint(),
    });
    this.#selection = new Selection({
      rows: this.#rows,
      list,
      query: () => queryOf(this.#frame.state),
      selected: () => this.#frame.state.selected,
      setSelected: (selected) => this.#select(selected),
      say: (text) => this.#edits.say(text),
    });
    this.#views = new SavedViews(connection);
    this.#filter = new FilterInput({
      complete: (text, offset) =>
        this.#frame.request('runs/complete', {
          text,
          offset,
          experiment: this.#frame.state.experiment ?? undefined,
        }),
      apply: (text) => this.#applyFilter(text),
      recent: () => this.#frame.state.recentFilters,
      leave: () => runTable.focus(),
      paint: () => this.#frame.paint(),
    });
    this.#rowsAgain = new Refresher(() => this.#rows.refresh(), rowsLeastMs);
    this.#aroundAgain = new Refresher(() => this.#loadAround(), aroundLeastMs);
    this.#actions = this.#makeActions();
    this.#keyboard = new Keyboard({
      actions: this.#actions,
      rows: this.#rows,
      selection: this.#selection,
      filter: this.#filter,
      persisted: () => this.#frame.state,
      popup: () => this.#popup.name,
      page: () => runTable.pageRows(),
      reveal: () => this.#reveal(),
    });
  }

  opened(opened: Opened<'runHistory', PersistedState>): void {
    this.#project = opened.project;
    this.#frame.set(readPersistedState(opened.ui));
    if (opened.state.experiment !== null) this.#frame.set({ experiment: opened.state.experiment });
    if (opened.state.runId !== null) this.#frame.set({ open: opened.state.runId });
    this.#filter.show(this.#frame.state.filter);
    this.#columns.layOut();
    void this.#ask(this.#frame.state.open).then(() => {
      runTable.focus();
      this.#aroundAgain.ask();
    });
    void this.#views.load().then(
      () => this.#frame.paint(),
      () => {
        // The rows use the same engine and show its error.
      },
    );
    this.#panels.restore(this.#frame.state.panels);
    if (this.#frame.state.open !== null) this.#panels.open(this.#frame.state.open);
    if (this.#frame.state.comparing) this.#panels.compare();
  }

  changed(): void {
    this.#rowsAgain.ask();
    this.#aroundAgain.ask();
    this.#panels.changed();
  }

  #model(): Model {
    const { view } = this.#frame.state;
    return {
      ...this.#frame.state,
      project: this.#project,
      length: this.#rows.length,
      row: (index) => this.#rows.at(index),
      total: this.#rows.runs,
      groups: this.#rows.isGrouped ? this.#rows.groups.length : null,
      ready: this.#rows.isReady,
      error: this.#rows.error,
      problem: this.#frame.state.filter.trim() === '' ? null : this.#rows.problem,
      available: this.#columns.available,
      columns: this.#columns.columns,
      severalModels: this.#columns.severalModels,
      stamp: `${this.#columns.version} ${this.#rows.version} ${this.#ranges.version} ${Math.floor(Date.now() / agingMs)}`,
      isNumber: (column) => this.#columns.isNumber(column),
      rangeOf: (key) => this.#ranges.get(key),
      experiments: this.#columns.experiments,
      pull: this.#pull,
      active: this.#selection.active,
      isSelected: (runId) => this.#selection.has(runId),
      targets: this.#selection.targets,
      popup: this.#popup.name,
      toast: this.#edits.toast,
      views: this.#views.names,
      edited: view === null ? false : this.#views.differs(view, settingsOf(this.#frame.state)),
    };
  }

  /**
   * Measures the table once per frame, before anything is written, because reading afterwards forces a second layout.
   */
  #measure(): Port {
    this.#port = runTable.port();
    return this.#port;
  }

  /** Fetches the visible rows. */
  #drawn(): void {
    const { from, to } = runTable.visible(this.#port, this.#rows.length);
    this.#rows.see(from, Math.max(to, from + 1));
    this.#panels.draw();
  }

  #rowsCame(): void {
    this.#selection.update();
    this.#columns.updateNumbers();
    this.#frame.paint();
  }

  /** Runs were inserted above. */
  #shifted(rows: number): void {
    this.#selection.moved(rows);
    runTable.rowsAdded(rows);
  }

  async #ask(runId: string | null = null): Promise<void> {
    clearTimeout(this.#typing);
    this.#selection.restart(runId);
    runTable.scrollToTop();
    await this.#rows.ask({
      query: queryOf(this.#frame.state),
      by: this.#frame.state.group,
      metrics: this.#columns.metrics,
    });
  }

  /** Loads the experiments and columns, then the ranges of the shown metrics. */
  async #loadAround(): Promise<void> {
    await this.#columns.load(
      async () => {
        const { experiments, pull } = await this.#frame.request('project/overview', {});
        this.#pull = pull ?? null;
        return experiments;
      },
      () => this.#frame.request('runs/columns', aboutRuns(this.#frame.state)),
    );
    await this.#loadSums(true);
  }

  async #loadSums(again: boolean): Promise<void> {
    const metrics = this.#columns.metrics;
    if (again) this.#ranges.outdate();
    await this.#rows.sumUp(metrics);
    await this.#ranges.want(queryOf(this.#frame.state, this.#rows.problem ? '' : undefined), metrics);
  }

  /** Other settings: fetches rows if the query changed. */
  #change(part: Partial<Settings>): void {
    const about = (): string => JSON.stringify([queryOf(this.#frame.state), this.#frame.state.group]);
    const [before, runsBefore] = [about(), JSON.stringify(aboutRuns(this.#frame.state))];
    this.#frame.persist(part);
    this.#filter.show(this.#frame.state.filter);
    this.#columns.layOut();
    if (about() === before) void this.#loadSums(false);
    else
      void this.#ask().then(() => {
        this.#remember();
        // A different order has the same runs.
        if (JSON.stringify(aboutRuns(this.#frame.state)) !== runsBefore) this.#aroundSoon();
      });
  }

  /** After the rows had time to appear. */
  #aroundSoon(): void {
    clearTimeout(this.#around);
    this.#around = setTimeout(() => this.#aroundAgain.ask(), showingMs);
  }

  #applyFilter(text: string): void {
    if (text !== this.#frame.state.filter) this.#change({ filter: text });
  }

  /** Adds a successful filter to the recent ones and removes its unfinished prefixes. */
  #remember(): void {
    const filter = this.#frame.state.filter.trim();
    if (
      filter === '' ||
      this.#rows.problem ||
      this.#rows.error !== null ||
      this.#frame.state.recentFilters[0] === filter
    )
      return;
    this.#frame.persist({
      recentFilters: [
        filter,
        ...this.#frame.state.recentFilters.filter((one) => one !== filter && !filter.startsWith(one)),
      ].slice(0, filtersKept),
    });
  }

  #select(selected: string[]): void {
    this.#frame.persist({ selected });
    this.#frame.paint();
    if (!this.#frame.state.comparing) return;
    if (selected.length < 2) this.#actions.compare(false);
    else this.#panels.compare();
  }

  /** Scrolls to the focused row. */
  #reveal(): void {
    if (runTable.reveal(this.#selection.active)) this.#frame.paint();
  }

  #makeActions(): Actions {
    return {
      ...this.#frame.actions,
      ...runActions({
        edits: this.#edits,
        targets: () => this.#selection.targets,
        selected: () => this.#frame.state.selected,
        clearSelection: () => {
          if (this.#frame.state.selected.length > 0) this.#select([]);
        },
        closePopup: () => this.#popup.show(null),
      }),
      ...viewActions({
        views: this.#views,
        edits: this.#edits,
        persisted: () => this.#frame.state,
        settings: () => settingsOf(this.#frame.state),
        use: (view, settings) => {
          this.#frame.persist({ view });
          this.#change(settings);
        },
        named: (view) => this.#frame.persist({ view }),
        closePopup: () => this.#popup.show(null),
        paint: this.#frame.paint,
      }),
      ...this.#settingActions(),
      ...this.#rowActions(),
      ...this.#panelActions(),
      popup: (popup) => this.#popup.show(popup),
      export: (...wanted) => {
        this.#popup.show(null);
        this.#frame.act(exportRuns(wanted, this.#frame.state, this.#columns, this.#rows.problem !== null));
      },
      scrolled: this.#frame.paint,
      retry: () => this.changed(),
      keys: (event) => this.#keyboard.table(event),
    };
  }

  #settingActions(): Pick<Actions, 'set' | 'search' | 'which' | 'order' | 'layout'> {
    return {
      set: (part) => this.#change(part),
      search: (search) => {
        this.#frame.persist({ search });
        this.#frame.paint();
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => void this.#ask().then(() => this.#aroundSoon()), typingMs);
      },
      which: (which) => {
        this.#frame.persist({ selected: [] });
        this.#change({ which });
      },
      order: (column, add) => this.#change({ order: nextOrder(this.#frame.state.order, column, add) }),
      layout: (layout) => this.#change({ layout }),
    };
  }

  #rowActions(): Pick<Actions, 'toggleGroup' | 'activate' | 'select' | 'selectTo' | 'clearSelection'> {
    return {
      toggleGroup: (group) => this.#rows.toggle(group),
      activate: (index) => {
        this.#selection.activate(index);
        const { open } = this.#frame.state;
        const run = this.#selection.activeRun;
        if (run && open !== null && open !== run.runId) this.#actions.open(run.runId);
        this.#frame.paint();
      },
      select: (runId) => this.#selection.toggle(runId),
      selectTo: (index) =>
        void this.#selection.extendTo(index).catch((error: unknown) => this.#edits.say(String(error), true)),
      clearSelection: () => this.#select([]),
    };
  }

  #panelActions(): Pick<Actions, 'open' | 'compare'> {
    return {
      open: (runId) => {
        this.#frame.persist({ open: runId });
        const at = runId === null ? null : this.#rows.indexOf(runId);
        if (at !== null) this.#selection.activate(at);
        this.#frame.paint();
        if (runId !== null) return this.#panels.open(runId);
        this.#panels.close();
        runTable.focus();
      },
      compare: (on) => {
        if (on && this.#frame.state.selected.length < 2) return;
        this.#frame.persist({ comparing: on });
        this.#frame.paint();
        if (on) return this.#panels.compare();
        this.#panels.stopComparing();
        runTable.focus();
      },
    };
  }
}
