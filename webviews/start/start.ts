import type { FolderLook, Proposal, ReadAs, TableLook } from '../../protocol/start.ts';
import type { Opened } from '../ui/frame/connection.ts';
import { Loader } from '../ui/frame/loadable.ts';
import { Frame } from '../ui/frame/frame.ts';
import { choiceOf, likeliest, nothingChosen, sourceOf, tableOf } from './model.ts';
import type { Actions, PersistedState, Model, Progress, Source, StartConnection } from './model.ts';
import { startView } from './startView.ts';
import { messageOf } from '../ui/frame/messageOf.ts';

/** The state of the wizard and the actions that change it. */
export class Start {
  readonly #frame: Frame<'start', PersistedState>;
  readonly #folder: Loader<FolderLook>;
  readonly #table: Loader<TableLook>;
  readonly #proposal: Loader<Proposal>;
  readonly #progress: Loader<Progress>;
  readonly #actions: Actions;
  #root = '';
  /** The file that was selected by hand. */
  #picked: string | null = null;
  #filter = '';
  #all = false;
  #changing = false;
  #writing = false;
  #error: string | null = null;
  /** True when the card or the run of the first run was opened. */
  #ended = false;

  constructor(connection: StartConnection) {
    this.#frame = new Frame(connection, {
      initial: nothingChosen,
      draw: () => startView(this.#model(), this.#actions),
    });
    this.#actions = this.#makeActions();
    this.#folder = new Loader(() => this.#folderCame());
    this.#table = new Loader(() => this.#tableCame());
    this.#proposal = new Loader(this.#frame.paint);
    this.#progress = new Loader(() => this.#progressCame());
  }

  opened({ root, state, ui }: Opened<'start', PersistedState>): void {
    this.#root = root;
    this.#frame.set(ui);
    this.#picked = state.data;
    if (state.data !== null && this.#frame.state.written === null) this.#frame.set(nothingChosen);
    if (this.#frame.state.written) this.#loadProgress();
    else this.#loadFolder();
  }

  changed(): void {
    if (this.#frame.state.written) this.#loadProgress();
    // Nothing was found, or the folder was not trusted before.
    else if (!this.#writing && (this.#folder.state.error !== null || this.#frame.state.source === null))
      this.#loadFolder();
  }

  #model(): Model {
    return {
      root: this.#root,
      persisted: this.#frame.state,
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

  #loadFolder(): void {
    const also = this.#picked;
    void this.#folder.load(() => this.#frame.request('start/folder', also === null ? {} : { also }));
  }

  #folderCame(): void {
    const { value, loading } = this.#folder.state;
    if (value && !loading && value.project === null) {
      const picked = this.#picked === null ? null : sourceOf(this.#picked, value);
      const source = this.#frame.state.source ?? picked ?? likeliest(value);
      if (source) this.#choose(source, this.#frame.state.source === null);
    }
    this.#frame.paint();
  }

  #choose(source: Source, fresh = true): void {
    if (fresh) this.#frame.persist({ ...nothingChosen, source });
    this.#error = null;
    this.#changing = false;
    this.#table.clear();
    this.#proposal.clear();
    this.#loadOrPropose(source);
    this.#frame.paint();
  }

  #loadOrPropose({ kind }: Source): void {
    const isDatabase = kind === 'database' && !this.#frame.state.collectOnly && tableOf(this.#model()) !== null;
    if (kind === 'table' || isDatabase) this.#loadTable();
    else this.#propose();
  }

  #loadTable(): void {
    const { source, readAs } = this.#frame.state;
    if (!source) return;
    const table = source.kind === 'database' ? tableOf(this.#model()) : null;
    const asked = { path: source.path, ...(table === null ? { readAs } : { table }) };
    void this.#table.load(() => this.#frame.request('start/table', asked));
  }

  #tableCame(): void {
    const { value, loading, error } = this.#table.state;
    if (!loading && value && error === null) this.#propose();
    this.#frame.paint();
  }

  #propose(): void {
    const choice = choiceOf(this.#model());
    if (choice) void this.#proposal.load(() => this.#frame.request('start/propose', choice));
    else this.#proposal.clear();
  }

  #makeActions(): Actions {
    return {
      choose: (source) => this.#choose(source),
      filter: (text) => {
        this.#filter = text;
        this.#frame.paint();
      },
      showAll: () => {
        this.#all = true;
        this.#frame.paint();
      },
      target: (name) => {
        this.#frame.persist({ target: name, task: null, use: [] });
        this.#propose();
        this.#frame.paint();
      },
      task: (task) => {
        this.#frame.persist({ task });
        this.#propose();
        this.#frame.paint();
      },
      change: () => {
        this.#changing = !this.#changing;
        this.#frame.paint();
      },
      readAs: (part: Partial<ReadAs>) => {
        this.#frame.persist({ readAs: { ...this.#frame.state.readAs, ...part }, target: null, task: null, use: [] });
        this.#loadTable();
      },
      use: (column) => {
        const { use } = this.#frame.state;
        this.#frame.persist({ use: use.includes(column) ? use.filter((name) => name !== column) : [...use, column] });
        this.#propose();
      },
      table: (table) => {
        this.#frame.persist({ table, target: null, task: null, use: [] });
        this.#table.clear();
        this.#proposal.clear();
        this.#loadTable();
        this.#frame.paint();
      },
      collectOnly: (collectOnly) => {
        this.#frame.persist({ collectOnly });
        this.#proposal.clear();
        if (!collectOnly && this.#table.state.value === null) this.#loadTable();
        else this.#propose();
        this.#frame.paint();
      },
      log: (path) => {
        const { withoutLogs } = this.#frame.state;
        this.#frame.persist({
          withoutLogs: withoutLogs.includes(path) ? withoutLogs.filter((one) => one !== path) : [...withoutLogs, path],
        });
        this.#propose();
        this.#frame.paint();
      },
      create: (next) => void this.#create(next),
      again: () => {
        this.#error = null;
        if (this.#frame.state.written) this.#loadProgress();
        else this.#loadFolder();
      },
      act: (action) => this.#frame.act(action),
    };
  }

  async #create(next: 'run' | 'open'): Promise<void> {
    const { source } = this.#frame.state;
    const choice = choiceOf(this.#model());
    if (this.#writing || !source) return;
    this.#writing = true;
    this.#error = null;
    this.#frame.paint();
    try {
      const files = choice ? (await this.#frame.request('start/write', choice)).files : [];
      this.#ended = false;
      this.#frame.persist({ written: { kind: source.kind, files, run: next === 'run' } });
      this.#frame.act({
        do: 'projectMade',
        next: next === 'open' ? 'open' : source.kind === 'import' ? 'import' : 'run',
        path: source.kind === 'import' ? source.path : null,
      });
      this.#loadProgress();
    } catch (error) {
      this.#error = messageOf(error);
    }
    this.#writing = false;
    this.#frame.paint();
  }

  #loadProgress(): void {
    void this.#progress.load(async () => {
      const [overview, runs] = await Promise.all([
        this.#frame.request('project/overview', {}),
        this.#frame.request('runs/list', { limit: 1 }),
      ]);
      return { overview, run: runs.runs[0] ?? null };
    });
  }

  /** The first run ends on the model card; the run of a program is shown while it is running. */
  #progressCame(): void {
    const { value, loading } = this.#progress.state;
    const { written } = this.#frame.state;
    this.#frame.paint();
    if (this.#ended || loading || !value?.run || !written?.run) return;
    const { run, overview } = value;
    if (written.kind === 'script') {
      this.#ended = true;
      this.#frame.act({ do: 'openRun', runId: run.runId });
    } else if (
      (written.kind === 'table' || written.kind === 'database') &&
      run.status !== 'running' &&
      overview.models[0]
    ) {
      this.#ended = true;
      const { model: name, version } = overview.models[0];
      this.#frame.act({ do: 'openCard', name, version });
    }
  }
}
