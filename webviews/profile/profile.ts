import type {
  DataComparison,
  DataOutline,
  DataProfile,
  DataRelations,
  DataRows,
  DataSubject,
  QualityReport,
  SubjectChoice,
} from '../../protocol/dataProfile.ts';
import type { StageStatus } from '../../protocol/lifeCycle.ts';
import type { Opened } from '../ui/frame/connection.ts';
import { isPlain, isTyping, take } from '../ui/frame/keys.ts';
import { Loader } from '../ui/frame/loadable.ts';
import { Frame } from '../ui/frame/frame.ts';
import { rowStep } from '../ui/table/rowSteps.ts';
import { VirtualTable } from '../ui/table/virtualTable.ts';
import { columnRows, farthestFirst, filtered, nextSort, ordered } from './columnRows.ts';
import type { ColumnRow } from './columnRows.ts';
import { rowHeight } from './columnTable.ts';
import type { Actions, PersistedState, Model, ProfileConnection } from './model.ts';
import { profileView } from './profileView.ts';
import { pageRows } from './rowsTab.ts';
import { same, titleOf } from './subjects.ts';

/** Rows per Page Up and Page Down. */
const pageKeyRows = 10;

/** The state of the profile and the actions that change it. */
export class Profile {
  readonly #frame: Frame<'profile', PersistedState>;
  readonly #table = new VirtualTable({ scroller: '.left .scroller', table: 'table.columns', rowHeight });
  readonly #subjects: Loader<SubjectChoice[]>;
  readonly #outline: Loader<DataOutline>;
  readonly #profile: Loader<DataProfile>;
  readonly #relations: Loader<DataRelations>;
  readonly #quality: Loader<QualityReport>;
  readonly #comparison: Loader<DataComparison>;
  readonly #page: Loader<DataRows>;
  readonly #stages: Loader<StageStatus[]>;
  readonly #actions: Actions;
  #subject: DataSubject | null = null;
  #against: DataSubject | null = null;
  #all: ColumnRow[] = [];
  #shown: ColumnRow[] = [];
  #active: string | null = null;
  #pointed: string | null = null;
  #cell: [number, number] = [0, 1];
  /** Incremented for each subject: work for an earlier subject stops. */
  #turn = 0;
  #loading = false;
  #again = false;
  #focused = false;

  constructor(connection: ProfileConnection) {
    this.#frame = new Frame(connection, {
      initial: {
        tab: 'columns',
        filter: '',
        kind: 'all',
        sort: null,
        open: null,
        method: 'spearman',
        whole: false,
        offset: 0,
      },
      draw: () => profileView(this.#model(), this.#actions, this.#table.slice(this.#table.port(), this.#shown.length)),
      drawn: () => this.#drawn(),
      keys: (event) => this.#pageKeys(event),
      agingMs: 60_000,
      followsWindow: true,
    });
    this.#actions = this.#makeActions();
    const update = (): void => this.#update();
    this.#subjects = new Loader(this.#frame.paint);
    this.#outline = new Loader(update);
    this.#profile = new Loader(update);
    this.#relations = new Loader(update);
    this.#quality = new Loader(this.#frame.paint);
    this.#comparison = new Loader(update);
    this.#page = new Loader(this.#frame.paint);
    this.#stages = new Loader(this.#frame.paint);
  }

  opened(opened: Opened<'profile', PersistedState>): void {
    const { subject, against } = opened.state;
    // Brought to the front with the same subject: results are kept, and a comparison stays until another is chosen.
    if (this.#subject !== null && same(subject, this.#subject)) {
      if (against !== null && !same(against, this.#against)) this.#actions.compare(against);
      else this.#tell();
      return void this.#refresh();
    }
    this.#frame.set({ ...opened.ui, ...(opened.state.tab && { tab: opened.state.tab }) });
    this.#active = this.#frame.state.open;
    void this.#begin(subject, against);
  }

  changed(): void {
    void this.#refresh();
  }

  async #begin(subject: DataSubject | null, against: DataSubject | null): Promise<void> {
    if (subject) this.#go(subject, against);
    await this.#subjects.load(() => this.#frame.request('data/subjects', {}));
    const [first] = this.#subjects.state.value ?? [];
    if (!subject && first) this.#go(first.subject, null);
    else if (this.#subject) this.#tell();
  }

  /** Shows another subject and discards the results of the old one. */
  #go(subject: DataSubject, against: DataSubject | null): void {
    const other = this.#subject !== null && !same(this.#subject, subject);
    this.#subject = subject;
    this.#against = against !== null && same(subject, against) ? null : against;
    if (other) this.#frame.set({ offset: 0 });
    for (const loader of [this.#outline, this.#profile, this.#relations, this.#quality, this.#comparison, this.#page])
      loader.clear();
    void this.#load();
    this.#update();
    this.#tell();
  }

  #tell(): void {
    if (!this.#subject) return;
    const choices = this.#subjects.state.value ?? [];
    const against = this.#against === null ? '' : ` against ${titleOf(this.#against, choices)}`;
    this.#frame.move(
      { subject: this.#subject, against: this.#against },
      `Profile: ${titleOf(this.#subject, choices)}${against}`,
    );
  }

  /** Requests one result after the other, in the order of visibility: parallel requests would slow each other down. */
  async #load(): Promise<void> {
    const subject = this.#subject;
    if (!subject) return;
    const turn = ++this.#turn;
    this.#loading = true;
    const steps = [
      async () => {
        if (!this.#profile.state.value)
          await this.#outline.load(() => this.#frame.request('data/outline', { subject }));
      },
      () => this.#profile.load(() => this.#frame.request('data/profile', { subject })),
      () => this.#compare(),
      async () => {
        if (this.#frame.state.tab === 'rows') await this.#loadRows();
      },
      async () => {
        if (this.#worth) await this.#relations.load(() => this.#frame.request('data/relations', { subject }));
      },
      async () => {
        if (this.#worth) await this.#quality.load(() => this.#frame.request('data/quality', { subject }));
      },
      async () => {
        if (!this.#worth) await this.#stages.load(() => this.#frame.request('stages/status', {}));
      },
    ];
    for (const step of steps) {
      await step();
      if (turn !== this.#turn) return;
    }
    this.#loading = false;
    if (this.#again) await this.#refresh();
  }

  /** Data that cannot be profiled cannot be judged either; one error is enough. */
  get #worth(): boolean {
    return this.#profile.state.value !== null && this.#profile.state.error === null;
  }

  async #compare(): Promise<void> {
    const [subject, against] = [this.#subject, this.#against];
    if (!subject || !against || !this.#worth) return;
    await this.#comparison.load(() => this.#frame.request('data/compare', { reference: against, current: subject }));
  }

  #loadRows(fresh = false): Promise<void> {
    const subject = this.#subject;
    if (!subject) return Promise.resolve();
    return this.#page.load(
      () => this.#frame.request('data/rows', { subject, offset: this.#frame.state.offset, limit: pageRows }),
      fresh,
    );
  }

  /**
   * The project changed. The engine caches its results, so repeated requests are cheap; changes during a refresh cause
   * one more.
   */
  async #refresh(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#again = false;
    await this.#subjects.load(() => this.#frame.request('data/subjects', {}));
    const [first] = this.#subjects.state.value ?? [];
    if (this.#subject) await this.#load();
    else if (first) this.#go(first.subject, null);
  }

  #model(): Model {
    const outline = this.#outline.state;
    const profile = this.#profile.state;
    return {
      ...this.#frame.state,
      subject: this.#subject,
      against: this.#against,
      subjects: this.#subjects.state,
      outline: outline.value,
      profile: { ...profile, loading: profile.loading || outline.loading },
      relations: this.#relations.state,
      quality: this.#quality.state,
      comparison: this.#comparison.state,
      page: this.#page.state,
      stages: this.#stages.state.value,
      sort: this.#frame.state.sort ?? (this.#comparison.state.value ? farthestFirst : null),
      all: this.#all,
      shown: this.#shown,
      active: this.#active,
      pointed: this.#pointed,
      cell: this.#cell,
    };
  }

  /** Computes the rows once per change, not once per frame. */
  #update(): void {
    const known = this.#profile.state.value ?? this.#outline.state.value;
    const comparison = this.#comparison.state.value;
    this.#all = known ? columnRows(known, this.#relations.state.value, comparison) : [];
    const kind = this.#frame.state.kind === 'drifted' && !comparison ? 'all' : this.#frame.state.kind;
    this.#shown = ordered(
      filtered(this.#all, this.#frame.state.filter, kind),
      this.#frame.state.sort ?? (comparison ? farthestFirst : null),
    );
    if (!this.#shown.some(({ name }) => name === this.#active)) this.#active = this.#shown[0]?.name ?? null;
    const last = (this.#relations.state.value?.columns.length ?? 2) - 1;
    this.#cell = [Math.min(this.#cell[0], last), Math.min(this.#cell[1], last)];
    this.#frame.paint();
  }

  #drawn(): void {
    if (this.#focused || !document.querySelector('table.columns')) return;
    this.#focused = true;
    this.#table.focus();
    if (this.#active !== null) this.#reveal(this.#active);
  }

  #set(part: Partial<PersistedState>): void {
    this.#frame.persist(part);
    this.#update();
  }

  #makeActions(): Actions {
    return {
      ...this.#frame.actions,
      show: (subject) => this.#go(subject, null),
      compare: (against) => {
        this.#against = against;
        this.#comparison.clear();
        this.#frame.set({ sort: null });
        this.#tell();
        this.#update();
        if (!this.#loading) void this.#compare();
        else this.#again = true;
      },
      refresh: () => void this.#refresh(),
      save: () => this.#subject && this.#frame.actions.savePage({ of: 'profile', subject: this.#subject }),
      tab: (tab) => {
        this.#set({ tab });
        this.#pointed = null;
        if (tab === 'rows' && this.#page.state.value?.offset !== this.#frame.state.offset) void this.#loadRows();
      },
      filter: (filter) => {
        this.#table.scrollToTop();
        this.#set({ filter });
      },
      kind: (kind) => this.#set({ kind }),
      order: (by) =>
        this.#set({
          sort: nextSort(this.#frame.state.sort ?? (this.#comparison.state.value ? farthestFirst : null), by),
        }),
      activate: (name) => {
        this.#active = name;
        if (this.#frame.state.open !== null) this.#actions.open(name);
        else this.#frame.paint();
      },
      open: (name) => {
        this.#pointed = null;
        if (name !== null) this.#active = name;
        this.#set({ open: name, whole: false });
      },
      scrolled: () => this.#frame.paint(),
      keys: (event) => this.#keys(event),
      method: (method) => this.#set({ method }),
      whole: (whole) => this.#set({ whole }),
      point: (words) => {
        if (words === this.#pointed) return;
        this.#pointed = words;
        this.#frame.paint();
      },
      cell: (row, column) => {
        this.#cell = [row, column];
        this.#frame.paint();
      },
      step: (down, across) => {
        const last = (this.#relations.state.value?.columns.length ?? 1) - 1;
        const within = (at: number): number => Math.min(last, Math.max(0, at));
        this.#actions.cell(within(this.#cell[0] + down), within(this.#cell[1] + across));
      },
      rowsFrom: (offset) => {
        this.#set({ offset });
        void this.#loadRows();
      },
      retry: (what) => void this.#retry(what),
    };
  }

  #retry(what: 'relations' | 'quality' | 'comparison' | 'rows'): Promise<void> {
    const subject = this.#subject;
    if (!subject) return Promise.resolve();
    if (what === 'rows') return this.#loadRows();
    if (what === 'comparison') return this.#compare();
    return what === 'relations'
      ? this.#relations.load(() => this.#frame.request('data/relations', { subject }))
      : this.#quality.load(() => this.#frame.request('data/quality', { subject }));
  }

  #keys(event: KeyboardEvent): void {
    const filtering = event.currentTarget instanceof HTMLElement && event.currentTarget.id === 'filter';
    if (filtering) {
      if (!isPlain(event) || !['ArrowDown', 'Enter', 'Escape'].includes(event.key)) return;
      // With nothing to clear, Escape goes back one step, as in every view.
      if (event.key === 'Escape' && this.#frame.state.filter === '') return;
      take(event);
      if (event.key === 'Escape' && this.#frame.state.filter !== '') this.#actions.filter('');
      return this.#table.focus();
    }
    // Buttons in the head of the table handle their own keys.
    if (event.target !== event.currentTarget) return;
    if (!isPlain(event)) return;
    const next = this.#rowAfter(event);
    if (next === null && event.key !== 'Enter') return;
    take(event);
    if (next === null) return void (this.#active !== null && this.#actions.open(this.#active));
    this.#actions.activate(next);
    this.#reveal(next);
  }

  #pageKeys(event: KeyboardEvent): void {
    if (!isPlain(event)) return;
    if (event.key === 'Escape') {
      if (this.#frame.state.tab !== 'columns') this.#actions.tab('columns');
      else if (this.#frame.state.open !== null) this.#actions.open(null);
      else if (this.#frame.state.filter !== '') this.#actions.filter('');
      this.#table.focus();
    } else if (event.key === '/' && !isTyping(event)) {
      take(event);
      if (this.#frame.state.tab !== 'columns') this.#actions.tab('columns');
      setTimeout(() => document.getElementById('filter')?.focus());
    }
  }

  #reveal(name: string): void {
    const index = this.#shown.findIndex((row) => row.name === name);
    if (index >= 0) this.#table.reveal(index);
  }

  /** The row that a key leads to; null for keys that do not move. */
  #rowAfter(event: KeyboardEvent): string | null {
    const step = rowStep(event.key, pageKeyRows);
    if (step === null) return null;
    const at = this.#shown.findIndex(({ name }) => name === this.#active);
    return this.#shown[Math.min(this.#shown.length - 1, Math.max(0, at + step))]?.name ?? null;
  }
}
