import type { ExperimentSummary } from '../../protocol/lifeCycle.ts';
import type { RunColumns, RunPage, RunQuery } from '../../protocol/runs.ts';
import type { Opened } from '../ui/connection.ts';
import { Loader } from '../ui/loadable.ts';
import { painter } from '../ui/painter.ts';
import { declarePrimary } from '../ui/primaryMetric.ts';
import { allColumns, columnOf, defaultIds, numberColumns } from './columns/columns.ts';
import type { Available, Column } from './columns/columns.ts';
import { FilterInput } from './filter/filterInput.ts';
import { runHistoryView } from './runHistoryView.ts';
import { Keyboard } from './keyboard.ts';
import { readPersistedState } from './state/readPersistedState.ts';
import { shownIds } from './columns/layout.ts';
import { MetricRanges } from './rows/metricRanges.ts';
import type { Actions, RunHistoryConnection, PersistedState, Model, Popup } from './model.ts';
import { nextOrder } from './rows/ordering.ts';
import { Panels } from './panels/panels.ts';
import { Refresher } from './rows/refresher.ts';
import { runActions } from './actions/runActions.ts';
import { RunEdits } from './actions/runEdits.ts';
import { RunRows } from './rows/runRows.ts';
import { SavedViews } from './state/savedViews.ts';
import { Selection } from './rows/selection.ts';
import { aboutRuns, plainSettings, queryOf, settingsOf } from './state/settings.ts';
import type { Settings } from './state/settings.ts';
import { focusTable, inSight, portOf, rowHeight, scroller } from './table/slices.ts';
import type { Port } from './table/slices.ts';
import { viewActions } from './actions/viewActions.ts';

const typingMs = 180;
const rowsLeastMs = 200;
const aroundLeastMs = 2000;
const filtersKept = 12;
const agingMs = 15_000;
const showingMs = 80;

/** The state of the run history and what changes it. */
export class RunHistory {
  readonly #connection: RunHistoryConnection;
  readonly #paint: () => void;
  readonly #rows: RunRows;
  readonly #ranges: MetricRanges;
  readonly #known: Loader<RunColumns>;
  readonly #panels: Panels;
  readonly #selection: Selection;
  readonly #edits: RunEdits;
  readonly #views: SavedViews;
  readonly #filter: FilterInput;
  readonly #keyboard: Keyboard;
  readonly #rowsAgain: Refresher;
  readonly #aroundAgain: Refresher;
  readonly #actions: Actions;
  #persisted: PersistedState = readPersistedState(null);
  #project = '';
  #experiments: ExperimentSummary[] = [];
  #port: Port = portOf(null);
  #layouts = 0;
  #popup: Popup | null = null;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #around: ReturnType<typeof setTimeout> | undefined;
  #available: readonly Available[] = allColumns(null);
  #columns: readonly Column[] = [];
  #numbers: ReadonlySet<string> = new Set();

  constructor(connect: (history: RunHistory) => RunHistoryConnection) {
    this.#paint = painter(
      () => runHistoryView(this.#model(), this.#actions, this.#look(), this.#panels, this.#filter),
      () => this.#painted(),
    );
    const connection = (): RunHistoryConnection => this.#connection;
    const list = (query: RunQuery): Promise<RunPage> => this.#connection.request('runs/list', query);
    this.#rows = new RunRows({
      list,
      groups: (params) => this.#connection.request('runs/groups', params),
      changed: () => this.#rowsCame(),
      shifted: (rows) => this.#shifted(rows),
    });
    this.#ranges = new MetricRanges(list, () => this.#paint());
    this.#known = new Loader(() => this.#layOut());
    this.#panels = new Panels({
      ask: (method, params) => this.#connection.request(method, params),
      act: (action) => this.#connection.act(action),
      shown: () => this.#persisted,
      edit: async (text, runId, change) => void (await this.#edits.apply(text, [{ runId, change }])),
      paint: () => this.#paint(),
      persist: () => this.#persist({ panels: this.#panels.state }),
      open: (runId) => this.#actions.open(runId),
      select: (runIds) => this.#select(runIds),
      stopComparing: () => this.#actions.compare(false),
      filter: (filter) => this.#change({ filter, search: '', experiment: null, which: 'active', group: null }),
    });
    this.#edits = new RunEdits({
      connection,
      rows: this.#rows,
      refresh: () => this.#rows.refresh(),
      paint: () => this.#paint(),
    });
    this.#selection = new Selection({
      rows: this.#rows,
      list,
      query: () => queryOf(this.#persisted),
      selected: () => this.#persisted.selected,
      setSelected: (selected) => this.#select(selected),
      say: (text) => this.#edits.say(text),
    });
    this.#views = new SavedViews(connection);
    this.#filter = new FilterInput({
      complete: (text, offset) =>
        this.#connection.request('runs/complete', {
          text,
          offset,
          ...(this.#persisted.experiment === null ? {} : { experiment: this.#persisted.experiment }),
        }),
      apply: (text) => this.#applyFilter(text),
      recent: () => this.#persisted.recentFilters,
      leave: () => focusTable(),
      paint: () => this.#paint(),
    });
    this.#rowsAgain = new Refresher(() => this.#rows.refresh(), rowsLeastMs);
    this.#aroundAgain = new Refresher(() => this.#loadAround(), aroundLeastMs);
    this.#actions = this.#makeActions();
    this.#keyboard = new Keyboard({
      actions: this.#actions,
      rows: this.#rows,
      selection: this.#selection,
      filter: this.#filter,
      persisted: () => this.#persisted,
      popup: () => this.#popup,
      page: () => this.#pageRows(),
      reveal: () => this.#reveal(),
    });
    this.#connection = connect(this);
    document.addEventListener('keydown', (event) => this.#keyboard.page(event));
    document.addEventListener('pointerdown', (event) => this.#closeOutside(event));
    window.addEventListener('resize', () => this.#paint());
    // Relative times grow old even when nothing happens.
    setInterval(() => this.#paint(), agingMs);
  }

  opened(opened: Opened<'runHistory', PersistedState>): void {
    this.#project = opened.project;
    this.#persisted = readPersistedState(opened.ui);
    if (opened.state.experiment !== null) this.#persisted = { ...this.#persisted, experiment: opened.state.experiment };
    if (opened.state.runId !== null) this.#persisted = { ...this.#persisted, open: opened.state.runId };
    this.#filter.show(this.#persisted.filter);
    this.#layOut();
    void this.#ask(this.#persisted.open).then(() => {
      focusTable();
      this.#aroundAgain.ask();
    });
    void this.#views.load().then(
      () => this.#paint(),
      () => {
        // The rows ask the same engine and show why it does not answer.
      },
    );
    this.#panels.restore(this.#persisted.panels);
    if (this.#persisted.open !== null) this.#panels.open(this.#persisted.open);
    if (this.#persisted.comparing) this.#panels.compare();
  }

  changed(): void {
    this.#rowsAgain.ask();
    this.#aroundAgain.ask();
    this.#panels.changed();
  }

  #model(): Model {
    const { view } = this.#persisted;
    return {
      ...this.#persisted,
      project: this.#project,
      length: this.#rows.length,
      row: (index) => this.#rows.at(index),
      total: this.#rows.runs,
      groups: this.#rows.isGrouped ? this.#rows.groups.length : null,
      ready: this.#rows.isReady,
      error: this.#rows.error,
      problem: this.#persisted.filter.trim() === '' ? null : this.#rows.problem,
      available: this.#available,
      columns: this.#columns,
      stamp: `${this.#layouts} ${this.#rows.version} ${this.#ranges.version} ${Math.floor(Date.now() / agingMs)}`,
      isNumber: (column) => this.#numbers.has(column.id),
      rangeOf: (key) => this.#ranges.get(key),
      experiments: this.#experiments,
      active: this.#selection.active,
      isSelected: (runId) => this.#selection.has(runId),
      targets: this.#selection.targets,
      popup: this.#popup,
      toast: this.#edits.toast,
      views: this.#views.names,
      edited: view === null ? false : this.#views.differs(view, settingsOf(this.#persisted)),
    };
  }

  /**
   * Reads where the table stands, once a frame and before anything is written: reading it afterwards would lay out the
   * page twice.
   */
  #look(): Port {
    this.#port = portOf(scroller());
    return this.#port;
  }

  /** After each painting: the rows that stand in sight now are fetched. */
  #painted(): void {
    const { from, to } = inSight(this.#port, this.#rows.length);
    this.#rows.see(from, Math.max(to, from + 1));
    this.#panels.draw();
  }

  #rowsCame(): void {
    this.#selection.update();
    this.#numbers = numberColumns(this.#columns, this.#rows.loaded());
    this.#paint();
  }

  /**
   * Runs came in above: the same rows stay under the eye, unless the person looks at the very top, where the new ones
   * are to be seen.
   */
  #shifted(rows: number): void {
    this.#selection.moved(rows);
    const box = scroller();
    if (box && box.scrollTop > 0) box.scrollTop += rows * rowHeight;
  }

  /** Works out the columns once a change, not once a frame. */
  #layOut(): void {
    const before = this.#columns;
    declarePrimary(this.#known.state.value?.primary ?? []);
    this.#available = allColumns(this.#known.state.value);
    const several = this.#persisted.experiment === null && this.#experiments.length > 1;
    this.#columns = shownIds(this.#persisted.layout, defaultIds(this.#available, several)).map(columnOf);
    if (before.length !== this.#columns.length || before.some((column, at) => column !== this.#columns[at]))
      this.#layouts++;
    this.#numbers = numberColumns(this.#columns, this.#rows.loaded());
    this.#paint();
  }

  async #ask(runId: string | null = null): Promise<void> {
    clearTimeout(this.#typing);
    this.#selection.restart(runId);
    const box = scroller();
    if (box) box.scrollTop = 0;
    await this.#rows.ask({ query: queryOf(this.#persisted), by: this.#persisted.group, metrics: this.#metrics() });
  }

  /** What stands around the rows: experiments, columns, then the ranges of the shown metrics. */
  async #loadAround(): Promise<void> {
    try {
      const { experiments } = await this.#connection.request('project/overview', {});
      this.#experiments = experiments;
    } catch {
      // The list of runs asks the same engine and shows why it does not answer.
    }
    await this.#known.load(() => this.#connection.request('runs/columns', aboutRuns(this.#persisted)));
    await this.#loadSums(true);
  }

  async #loadSums(again: boolean): Promise<void> {
    const metrics = this.#metrics();
    if (again) this.#ranges.outdate();
    await this.#rows.sumUp(metrics);
    await this.#ranges.want(queryOf(this.#persisted, this.#rows.problem ? '' : undefined), metrics);
  }

  #metrics(): string[] {
    return this.#columns.filter((column) => column.kind === 'metric').map((column) => column.title);
  }

  #persist(part: Partial<PersistedState>): void {
    this.#persisted = { ...this.#persisted, ...part };
    this.#connection.persist(this.#persisted);
  }

  /** Other settings: the engine is asked when they are about other rows. */
  #change(part: Partial<Settings>): void {
    const about = (): string => JSON.stringify([queryOf(this.#persisted), this.#persisted.group]);
    const [before, runsBefore] = [about(), JSON.stringify(aboutRuns(this.#persisted))];
    this.#persist(part);
    this.#filter.show(this.#persisted.filter);
    this.#layOut();
    if (about() === before) void this.#loadSums(false);
    else
      void this.#ask().then(() => {
        this.#remember();
        // Another order is about the same runs.
        if (JSON.stringify(aboutRuns(this.#persisted)) !== runsBefore) this.#aroundSoon();
      });
  }

  /** When the rows had time to be shown. */
  #aroundSoon(): void {
    clearTimeout(this.#around);
    this.#around = setTimeout(() => this.#aroundAgain.ask(), showingMs);
  }

  #applyFilter(text: string): void {
    if (text !== this.#persisted.filter) this.#change({ filter: text });
  }

  /** Offers a filter again that was answered. What was only a step on the way to it is forgotten. */
  #remember(): void {
    const filter = this.#persisted.filter.trim();
    if (filter === '' || this.#rows.problem || this.#rows.error !== null || this.#persisted.recentFilters[0] === filter)
      return;
    this.#persist({
      recentFilters: [
        filter,
        ...this.#persisted.recentFilters.filter((one) => one !== filter && !filter.startsWith(one)),
      ].slice(0, filtersKept),
    });
  }

  #select(selected: string[]): void {
    this.#persist({ selected });
    this.#paint();
    if (!this.#persisted.comparing) return;
    if (selected.length < 2) this.#actions.compare(false);
    else this.#panels.compare();
  }

  #pageRows(): number {
    return Math.max(1, Math.floor(portOf(scroller()).height / rowHeight) - 2);
  }

  /** Scrolls the row that the keyboard is on into sight. */
  #reveal(): void {
    const box = scroller();
    if (!box) return;
    const top = this.#selection.active * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + 2 * rowHeight + 4 > box.scrollTop + box.clientHeight)
      box.scrollTop = top + 2 * rowHeight + 4 - box.clientHeight;
    this.#paint();
  }

  #closeOutside(event: Event): void {
    if (this.#popup !== null && event.target instanceof Element && !event.target.closest('.popup-place'))
      this.#actions.popup(null);
  }

  #makeActions(): Actions {
    return {
      ...runActions({
        edits: this.#edits,
        targets: () => this.#selection.targets,
        selected: () => this.#persisted.selected,
        clearSelection: () => {
          if (this.#persisted.selected.length > 0) this.#select([]);
        },
        closePopup: () => this.#actions.popup(null),
      }),
      ...viewActions({
        views: this.#views,
        edits: this.#edits,
        persisted: () => this.#persisted,
        settings: () => settingsOf(this.#persisted),
        use: (view, settings) => {
          this.#persist({ view });
          this.#change(settings);
        },
        named: (view) => this.#persist({ view }),
        closePopup: () => this.#actions.popup(null),
        paint: () => this.#paint(),
      }),
      set: (part) => this.#change(part),
      search: (search) => {
        this.#persist({ search });
        this.#paint();
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => void this.#ask().then(() => this.#aroundSoon()), typingMs);
      },
      which: (which) => {
        this.#persist({ selected: [] });
        this.#change({ which });
      },
      order: (column, add) => this.#change({ order: nextOrder(this.#persisted.order, column, add) }),
      layout: (layout) => this.#change({ layout }),
      popup: (popup) => {
        this.#popup = popup;
        this.#paint();
        if (popup !== null)
          setTimeout(() =>
            document.querySelector<HTMLElement>(`.popup :is(input[type=text], textarea, button)`)?.focus(),
          );
      },
      toggleGroup: (group) => this.#rows.toggle(group),
      activate: (index) => {
        this.#selection.activate(index);
        const run = this.#selection.activeRun;
        if (run && this.#persisted.open !== null && this.#persisted.open !== run.runId) this.#actions.open(run.runId);
        this.#paint();
      },
      select: (runId) => this.#selection.toggle(runId),
      selectTo: (index) =>
        void this.#selection.extendTo(index).catch((error: unknown) => this.#edits.say(String(error), true)),
      clearSelection: () => this.#select([]),
      open: (runId) => {
        this.#persist({ open: runId });
        const at = runId === null ? null : this.#rows.indexOf(runId);
        if (at !== null) this.#selection.activate(at);
        this.#paint();
        if (runId !== null) return this.#panels.open(runId);
        this.#panels.close();
        focusTable();
      },
      compare: (on) => {
        if (on && this.#persisted.selected.length < 2) return;
        this.#persist({ comparing: on });
        this.#paint();
        if (on) return this.#panels.compare();
        this.#panels.stopComparing();
        focusTable();
      },
      export: (format, what, runs) => {
        this.#actions.popup(null);
        const { which, order, selected } = this.#persisted;
        const query =
          runs === 'matching'
            ? queryOf(this.#persisted, this.#rows.problem ? '' : undefined)
            : queryOf({ ...plainSettings, which, order }, `run_id in (${selected.map((id) => `'${id}'`).join(', ')})`);
        this.#connection.act({
          do: 'exportRuns',
          query,
          columns:
            what === 'shown'
              ? this.#columns.map((column) => column.id)
              : this.#available.map(({ column }) => column.id),
          format,
        });
      },
      scrolled: () => this.#paint(),
      retry: () => this.changed(),
      runAll: () => this.#connection.act({ do: 'runStage', stage: null, experiment: null }),
      openCard: (version) => this.#connection.act({ do: 'openCard', version }),
      keys: (event) => this.#keyboard.table(event),
    };
  }
}
