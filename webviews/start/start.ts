import type { FolderLook, Proposal, ReadAs, TableLook } from '../../protocol/start.ts';
import type { Opened } from '../ui/connection.ts';
import { Loader } from '../ui/loadable.ts';
import { painter } from '../ui/painter.ts';
import { choiceOf, likeliest, nothingChosen } from './model.ts';
import type { Actions, PersistedState, Model, Progress, Source, StartConnection } from './model.ts';
import { startView } from './startView.ts';

/** The state of the wizard and what changes it. */
export class Start {
  readonly #connection: StartConnection;
  readonly #paint: () => void;
  readonly #folder: Loader<FolderLook>;
  readonly #table: Loader<TableLook>;
  readonly #proposal: Loader<Proposal>;
  readonly #progress: Loader<Progress>;
  readonly #actions: Actions;
  #persisted: PersistedState = nothingChosen;
  #root = '';
  #filter = '';
  #all = false;
  #changing = false;
  #writing = false;
  #error: string | null = null;
  /** The card or the run of the first run was opened. */
  #ended = false;

  constructor(connect: (view: Start) => StartConnection) {
    this.#actions = this.#makeActions();
    this.#paint = painter(() => startView(this.#model(), this.#actions));
    this.#folder = new Loader(() => this.#folderCame());
    this.#table = new Loader(() => this.#tableCame());
    this.#proposal = new Loader(this.#paint);
    this.#progress = new Loader(() => this.#progressCame());
    this.#connection = connect(this);
  }

  opened({ root, state, ui }: Opened<'start', PersistedState>): void {
    this.#root = root;
    if (ui) this.#persisted = { ...nothingChosen, ...ui };
    if (state.data !== null && this.#persisted.written === null)
      this.#persisted = { ...nothingChosen, source: { kind: 'table', path: state.data } };
    if (this.#persisted.written) this.#loadProgress();
    else this.#loadFolder();
  }

  changed(): void {
    if (this.#persisted.written) this.#loadProgress();
    // Nothing was found, or the folder was not trusted yet.
    else if (!this.#writing && (this.#folder.state.error !== null || this.#persisted.source === null))
      this.#loadFolder();
  }

  #model(): Model {
    return {
      root: this.#root,
      persisted: this.#persisted,
      folder: this.#folder.state,
      table: this.#table.state,
      proposal: this.#proposal.state,
      progress: this.#progress.state,
      filter: this.#filter,
      all: this.#all,
      changing: this.#changing,
      writing: this.#writing,
      error: this.#error,
    };
  }

  #persist(part: Partial<PersistedState>): void {
    this.#persisted = { ...this.#persisted, ...part };
    this.#connection.persist(this.#persisted);
  }

  #loadFolder(): void {
    void this.#folder.load(() => this.#connection.request('start/folder', {}));
  }

  #folderCame(): void {
    const { value, loading } = this.#folder.state;
    if (value && !loading && value.project === null) {
      const source = this.#persisted.source ?? likeliest(value);
      if (source) this.#choose(source, this.#persisted.source === null);
    }
    this.#paint();
  }

  #choose(source: Source, fresh = true): void {
    if (fresh) this.#persist({ ...nothingChosen, source });
    this.#error = null;
    this.#changing = false;
    this.#table.clear();
    this.#proposal.clear();
    if (source.kind === 'table') this.#loadTable();
    else this.#propose();
    this.#paint();
  }

  #loadTable(): void {
    const { source, readAs } = this.#persisted;
    if (source) void this.#table.load(() => this.#connection.request('start/table', { path: source.path, readAs }));
  }

  #tableCame(): void {
    const { value, loading, error } = this.#table.state;
    if (!loading && value && error === null) this.#propose();
    this.#paint();
  }

  #propose(): void {
    const choice = choiceOf(this.#model());
    if (choice) void this.#proposal.load(() => this.#connection.request('start/propose', choice));
    else this.#proposal.clear();
  }

  #makeActions(): Actions {
    return {
      choose: (source) => this.#choose(source),
      filter: (text) => {
        this.#filter = text;
        this.#paint();
      },
      showAll: () => {
        this.#all = true;
        this.#paint();
      },
      target: (name) => {
        this.#persist({ target: name, task: null, use: [] });
        this.#propose();
        this.#paint();
      },
      task: (task) => {
        this.#persist({ task });
        this.#propose();
        this.#paint();
      },
      change: () => {
        this.#changing = !this.#changing;
        this.#paint();
      },
      readAs: (part: Partial<ReadAs>) => {
        this.#persist({ readAs: { ...this.#persisted.readAs, ...part }, target: null, task: null, use: [] });
        this.#loadTable();
      },
      use: (column) => {
        const { use } = this.#persisted;
        this.#persist({ use: use.includes(column) ? use.filter((name) => name !== column) : [...use, column] });
        this.#propose();
      },
      create: (next) => void this.#create(next),
      again: () => {
        this.#error = null;
        if (this.#persisted.written) this.#loadProgress();
        else this.#loadFolder();
      },
      act: (action) => this.#connection.act(action),
    };
  }

  async #create(next: 'run' | 'open'): Promise<void> {
    const { source } = this.#persisted;
    const choice = choiceOf(this.#model());
    if (this.#writing || !source) return;
    this.#writing = true;
    this.#error = null;
    this.#paint();
    try {
      const files = choice ? (await this.#connection.request('start/write', choice)).files : [];
      this.#ended = false;
      this.#persist({ written: { kind: source.kind, files, run: next === 'run' } });
      this.#connection.act({
        do: 'projectMade',
        next: next === 'open' ? 'open' : source.kind === 'import' ? 'import' : 'run',
        path: source.kind === 'import' ? source.path : null,
      });
      this.#loadProgress();
    } catch (error) {
      this.#error = error instanceof Error ? error.message : String(error);
    }
    this.#writing = false;
    this.#paint();
  }

  #loadProgress(): void {
    void this.#progress.load(async () => {
      const [overview, runs] = await Promise.all([
        this.#connection.request('project/overview', {}),
        this.#connection.request('runs/list', { limit: 1 }),
      ]);
      return { overview, run: runs.runs[0] ?? null };
    });
  }

  /** The first run ends on its card; a program's run is shown while it goes. */
  #progressCame(): void {
    const { value, loading } = this.#progress.state;
    const { written } = this.#persisted;
    this.#paint();
    if (this.#ended || loading || !value?.run || !written?.run) return;
    const { run, overview } = value;
    if (written.kind === 'script') {
      this.#ended = true;
      this.#connection.act({ do: 'openRun', runId: run.runId });
    } else if (written.kind === 'table' && run.status !== 'running' && overview.models[0]) {
      this.#ended = true;
      this.#connection.act({ do: 'openCard', version: overview.models[0].version });
    }
  }
}
