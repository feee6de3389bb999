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
import type { Opened } from '../ui/connection.ts';
import { isPlain, isTyping, take } from '../ui/keys.ts';
import { Loader } from '../ui/loadable.ts';
import { painter } from '../ui/painter.ts';
import { onThemeChange } from '../ui/theme.ts';
import { columnRows, farthestFirst, filtered, nextSort, ordered } from './columnRows.ts';
import type { ColumnRow } from './columnRows.ts';
import { rowHeight, sliceOf } from './columnTable.ts';
import { rowAfter } from './keys.ts';
import type { Actions, PersistedState, Model, ProfileConnection } from './model.ts';
import { profileView } from './profileView.ts';
import { pageRows } from './rowsTab.ts';
import { same, titleOf } from './subjects.ts';

/** The state of the profile and what changes it. */
export class Profile {
  readonly #connection: ProfileConnection;
  readonly #paint: () => void;
  readonly #subjects: Loader<SubjectChoice[]>;
  readonly #outline: Loader<DataOutline>;
  readonly #profile: Loader<DataProfile>;
  readonly #relations: Loader<DataRelations>;
  readonly #quality: Loader<QualityReport>;
  readonly #comparison: Loader<DataComparison>;
  readonly #page: Loader<DataRows>;
  readonly #stages: Loader<StageStatus[]>;
  readonly #actions: Actions;
  #persisted: PersistedState = {
    tab: 'columns',
    filter: '',
    kind: 'all',
    sort: null,
    open: null,
    method: 'spearman',
    whole: false,
    offset: 0,
  };
  #subject: DataSubject | null = null;
  #against: DataSubject | null = null;
  #all: ColumnRow[] = [];
  #shown: ColumnRow[] = [];
  #active: string | null = null;
  #pointed: string | null = null;
  #cell: [number, number] = [0, 1];
  /** Grows with each subject: what was begun for an earlier one stops. */
  #turn = 0;
  #loading = false;
  #again = false;
  #focused = false;

  constructor(connect: (profile: Profile) => ProfileConnection) {
    this.#actions = this.#makeActions();
    this.#paint = painter(
      () => profileView(this.#model(), this.#actions, sliceOf(scroller(), this.#shown.length)),
      () => this.#painted(),
    );
    const update = (): void => this.#update();
    this.#subjects = new Loader(this.#paint);
    this.#outline = new Loader(update);
    this.#profile = new Loader(update);
    this.#relations = new Loader(update);
    this.#quality = new Loader(this.#paint);
    this.#comparison = new Loader(update);
    this.#page = new Loader(this.#paint);
    this.#stages = new Loader(this.#paint);
    this.#connection = connect(this);
    document.addEventListener('keydown', (event) => this.#pageKeys(event));
    window.addEventListener('resize', () => this.#paint());
    onThemeChange(() => this.#paint());
    // Relative times grow old even when nothing happens.
    setInterval(() => this.#paint(), 60_000);
  }

  opened(opened: Opened<'profile', PersistedState>): void {
    const { subject, against } = opened.state;
    // Brought to the front on what it shows already: nothing is thrown away, and a comparison stays until another is
    // asked for.
    if (this.#subject !== null && same(subject, this.#subject)) {
      if (against !== null && !same(against, this.#against)) this.#actions.compare(against);
      else this.#tell();
      return void this.#refresh();
    }
    if (opened.ui) this.#persisted = { ...this.#persisted, ...opened.ui };
    this.#active = this.#persisted.open;
    void this.#begin(subject, against);
  }

  changed(): void {
    void this.#refresh();
  }

  async #begin(subject: DataSubject | null, against: DataSubject | null): Promise<void> {
    if (subject) this.#go(subject, against);
    await this.#subjects.load(() => this.#connection.request('data/subjects', {}));
    const [first] = this.#subjects.state.value ?? [];
    if (!subject && first) this.#go(first.subject, null);
    else if (this.#subject) this.#tell();
  }

  /** Shows something else: nothing of the old stays. */
  #go(subject: DataSubject, against: DataSubject | null): void {
    const other = this.#subject !== null && !same(this.#subject, subject);
    this.#subject = subject;
    this.#against = against !== null && same(subject, against) ? null : against;
    if (other) this.#persisted = { ...this.#persisted, offset: 0 };
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
    this.#connection.move(
      { subject: this.#subject, against: this.#against },
      `Profile: ${titleOf(this.#subject, choices)}${against}`,
    );
  }

  /** One answer after the other, what is seen first first: side by side they would take each other's time. */
  async #load(): Promise<void> {
    const subject = this.#subject;
    if (!subject) return;
    const turn = ++this.#turn;
    this.#loading = true;
    const steps = [
      async () => {
        if (!this.#profile.state.value)
          await this.#outline.load(() => this.#connection.request('data/outline', { subject }));
      },
      () => this.#profile.load(() => this.#connection.request('data/profile', { subject })),
      () => this.#compare(),
      async () => {
        if (this.#persisted.tab === 'rows') await this.#loadRows();
      },
      async () => {
        if (this.#worth) await this.#relations.load(() => this.#connection.request('data/relations', { subject }));
      },
      async () => {
        if (this.#worth) await this.#quality.load(() => this.#connection.request('data/quality', { subject }));
      },
      async () => {
        if (!this.#worth) await this.#stages.load(() => this.#connection.request('stages/status', {}));
      },
    ];
    for (const step of steps) {
      await step();
      if (turn !== this.#turn) return;
    }
    this.#loading = false;
    if (this.#again) await this.#refresh();
  }

  /** What cannot be profiled cannot be judged either, and one error is enough. */
  get #worth(): boolean {
    return this.#profile.state.value !== null && this.#profile.state.error === null;
  }

  async #compare(): Promise<void> {
    const [subject, against] = [this.#subject, this.#against];
    if (!subject || !against || !this.#worth) return;
    await this.#comparison.load(() =>
      this.#connection.request('data/compare', { reference: against, current: subject }),
    );
  }

  #loadRows(fresh = false): Promise<void> {
    const subject = this.#subject;
    if (!subject) return Promise.resolve();
    return this.#page.load(
      () => this.#connection.request('data/rows', { subject, offset: this.#persisted.offset, limit: pageRows }),
      fresh,
    );
  }

  /**
   * Something in the project changed. The engine keeps what it measured, so asking again costs little; while it works,
   * one more turn is enough.
   */
  async #refresh(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#again = false;
    await this.#subjects.load(() => this.#connection.request('data/subjects', {}));
    const [first] = this.#subjects.state.value ?? [];
    if (this.#subject) await this.#load();
    else if (first) this.#go(first.subject, null);
  }

  #model(): Model {
    const outline = this.#outline.state;
    const profile = this.#profile.state;
    return {
      ...this.#persisted,
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
      sort: this.#persisted.sort ?? (this.#comparison.state.value ? farthestFirst : null),
      all: this.#all,
      shown: this.#shown,
      active: this.#active,
      pointed: this.#pointed,
      cell: this.#cell,
    };
  }

  /** Works out the rows once a change, not once a frame. */
  #update(): void {
    const known = this.#profile.state.value ?? this.#outline.state.value;
    const comparison = this.#comparison.state.value;
    this.#all = known ? columnRows(known, this.#relations.state.value, comparison) : [];
    const kind = this.#persisted.kind === 'drifted' && !comparison ? 'all' : this.#persisted.kind;
    this.#shown = ordered(
      filtered(this.#all, this.#persisted.filter, kind),
      this.#persisted.sort ?? (comparison ? farthestFirst : null),
    );
    if (!this.#shown.some(({ name }) => name === this.#active)) this.#active = this.#shown[0]?.name ?? null;
    const last = (this.#relations.state.value?.columns.length ?? 2) - 1;
    this.#cell = [Math.min(this.#cell[0], last), Math.min(this.#cell[1], last)];
    this.#paint();
  }

  #painted(): void {
    if (this.#focused || !document.querySelector('table.columns')) return;
    this.#focused = true;
    focusTable();
    if (this.#active !== null) this.#reveal(this.#active);
  }

  #set(part: Partial<PersistedState>): void {
    this.#persisted = { ...this.#persisted, ...part };
    this.#connection.persist(this.#persisted);
    this.#update();
  }

  #makeActions(): Actions {
    return {
      show: (subject) => this.#go(subject, null),
      compare: (against) => {
        this.#against = against;
        this.#comparison.clear();
        this.#persisted = { ...this.#persisted, sort: null };
        this.#tell();
        this.#update();
        if (!this.#loading) void this.#compare();
        else this.#again = true;
      },
      refresh: () => void this.#refresh(),
      save: () =>
        this.#subject && this.#connection.act({ do: 'savePage', page: { of: 'profile', subject: this.#subject } }),
      openFile: (path) => this.#connection.act({ do: 'openFile', path, line: null }),
      run: (stage) => this.#connection.act({ do: 'runStage', stage, experiment: null }),
      tab: (tab) => {
        this.#set({ tab });
        this.#pointed = null;
        if (tab === 'rows' && this.#page.state.value?.offset !== this.#persisted.offset) void this.#loadRows();
      },
      filter: (filter) => {
        scroller()?.scrollTo({ top: 0 });
        this.#set({ filter });
      },
      kind: (kind) => this.#set({ kind }),
      order: (by) =>
        this.#set({
          sort: nextSort(this.#persisted.sort ?? (this.#comparison.state.value ? farthestFirst : null), by),
        }),
      activate: (name) => {
        this.#active = name;
        if (this.#persisted.open !== null) this.#actions.open(name);
        else this.#paint();
      },
      open: (name) => {
        this.#pointed = null;
        if (name !== null) this.#active = name;
        this.#set({ open: name, whole: false });
      },
      scrolled: () => this.#paint(),
      keys: (event) => this.#keys(event),
      method: (method) => this.#set({ method }),
      whole: (whole) => this.#set({ whole }),
      point: (words) => {
        if (words === this.#pointed) return;
        this.#pointed = words;
        this.#paint();
      },
      cell: (row, column) => {
        this.#cell = [row, column];
        this.#paint();
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
      ? this.#relations.load(() => this.#connection.request('data/relations', { subject }))
      : this.#quality.load(() => this.#connection.request('data/quality', { subject }));
  }

  #keys(event: KeyboardEvent): void {
    const filtering = event.currentTarget instanceof HTMLElement && event.currentTarget.id === 'filter';
    if (filtering) {
      if (!isPlain(event) || !['ArrowDown', 'Enter', 'Escape'].includes(event.key)) return;
      // With nothing to clear, Escape goes one step back as it does everywhere.
      if (event.key === 'Escape' && this.#persisted.filter === '') return;
      take(event);
      if (event.key === 'Escape' && this.#persisted.filter !== '') this.#actions.filter('');
      return focusTable();
    }
    // A button in the table's head has keys of its own.
    if (event.target !== event.currentTarget) return;
    if (!isPlain(event)) return;
    const next = rowAfter(event, this.#shown, this.#active);
    if (next === null && event.key !== 'Enter') return;
    take(event);
    if (next === null) return void (this.#active !== null && this.#actions.open(this.#active));
    this.#actions.activate(next);
    this.#reveal(next);
  }

  #pageKeys(event: KeyboardEvent): void {
    if (!isPlain(event)) return;
    if (event.key === 'Escape') {
      if (this.#persisted.tab !== 'columns') this.#actions.tab('columns');
      else if (this.#persisted.open !== null) this.#actions.open(null);
      else if (this.#persisted.filter !== '') this.#actions.filter('');
      focusTable();
    } else if (event.key === '/' && !isTyping(event)) {
      take(event);
      if (this.#persisted.tab !== 'columns') this.#actions.tab('columns');
      setTimeout(() => document.getElementById('filter')?.focus());
    }
  }

  #reveal(name: string): void {
    const box = scroller();
    const index = this.#shown.findIndex((row) => row.name === name);
    if (!box || index < 0) return;
    const top = index * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + 2 * rowHeight > box.scrollTop + box.clientHeight)
      box.scrollTop = top + 2 * rowHeight - box.clientHeight;
  }
}

function scroller(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.left .scroller');
}

function focusTable(): void {
  setTimeout(() => document.querySelector<HTMLElement>('table.columns')?.focus());
}
