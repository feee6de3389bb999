import type { ExperimentSummary } from '../../protocol/lifeCycle.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type { Opened } from '../ui/connection.ts';
import { painter } from '../ui/painter.ts';
import { allColumns, shownColumns } from './columns.ts';
import type { Column } from './columns.ts';
import { historyView } from './historyView.ts';
import { keyAction } from './keys.ts';
import type { Does, HistoryConnection, Kept, Model } from './model.ts';
import { newestFirst, nextSort, sorted } from './ordering.ts';
import { Panels } from './panels.ts';
import { RunPages } from './runPages.ts';
import { rowHeight, sliceOf } from './table.ts';

const typingMs = 180;

/** The state of the run history and what changes it. */
export class History {
  readonly #connection: HistoryConnection;
  readonly #paint: () => void;
  readonly #pages: RunPages;
  readonly #panels: Panels;
  readonly #does: Does;
  #kept: Kept = { search: '', experiment: null, sort: newestFirst, shown: {}, selected: [], open: null, comparing: false };
  #project = '';
  #experiments: ExperimentSummary[] = [];
  #headline: string[] = [];
  #active: string | null = null;
  #choosing = false;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #rows: RunSummary[] = [];
  #columns: Column[] = [];

  constructor(connect: (history: History) => HistoryConnection) {
    this.#paint = painter(() => historyView(this.#model(), this.#does, sliceOf(scroller(), this.#rows.length), this.#panels.charts), () => this.#panels.draw());
    const changed = (): void => this.#update();
    this.#pages = new RunPages((query) => this.#connection.request('runs/list', query), changed);
    this.#panels = new Panels({ connection: () => this.#connection, kept: () => this.#kept, loaded: () => this.#pages.runs, paint: () => this.#paint() });
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
    if (this.#kept.open !== null) this.#panels.open(this.#kept.open);
    if (this.#kept.comparing) this.#panels.compare();
    this.#paint();
  }

  changed(): void {
    void this.#pages.refresh();
    void this.#loadExperiments();
    this.#panels.changed();
  }

  #model(): Model {
    return {
      ...this.#kept,
      ...this.#panels.model,
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
    };
  }

  /** Works out rows and columns once a change, not once a frame. */
  #update(): void {
    this.#columns = allColumns(this.#pages.runs, this.#headline);
    this.#rows = sorted(this.#pages.runs, this.#columns, this.#kept.sort);
    this.#paint();
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

  #actions(): Does {
    return {
      ...this.#panels.does,
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
        else this.#panels.compare();
      },
      open: (runId) => {
        this.#set({ open: runId });
        if (runId === null) {
          this.#panels.close();
          focusTable();
          return;
        }
        this.#active = runId;
        this.#panels.open(runId);
      },
      compare: (on) => {
        if (on && this.#kept.selected.length < 2) return;
        this.#set({ comparing: on });
        if (on) this.#panels.compare();
        else {
          this.#panels.stopComparing();
          focusTable();
        }
      },
      star: (run) => void this.#star(run),
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
