import type { LabelRow, LabelSummary, LabelTasks } from '../../protocol/labelling.ts';
import type { Opened } from '../ui/frame/connection.ts';
import { Loader } from '../ui/frame/loadable.ts';
import { Frame } from '../ui/frame/frame.ts';
import { keyAction } from './keys.ts';
import { labellingView } from './labellingView.ts';
import { noCards, shownRow } from './model.ts';
import type { Cards, Actions, PersistedState, LabellingConnection, Model } from './model.ts';
import { messageOf } from '../ui/frame/messageOf.ts';

const fetched = 12;
/** When at most this many cards are left, more are fetched, so that the next card is always ready. */
const few = 6;
const keptTrail = 100;

/**
 * The state of the labelling view and the actions that change it. A decision is shown at once and reverted when it
 * cannot be written.
 */
export class Labelling {
  readonly #frame: Frame<'labelling', PersistedState>;
  readonly #tasks: Loader<LabelTasks>;
  readonly #summary: Loader<LabelSummary>;
  readonly #actions: Actions;
  #project = '';
  #named: string | null = null;
  #wanted: string | null = null;
  #cards: Cards = noCards;
  /** Incremented when the queue restarts, so that responses for the old queue are dropped. */
  #turn = 0;
  #asking = false;
  #ended = false;
  #naming = false;
  #help = false;
  #again = false;
  #error: string | null = null;
  #said = '';
  #shape = '';
  #later: ReturnType<typeof setTimeout> | null = null;
  /** Decisions that are being written, in order. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(connection: LabellingConnection) {
    this.#frame = new Frame(connection, {
      initial: { labeller: null, reveal: false, order: null },
      draw: () => labellingView(this.#model(), this.#actions),
      keys: (event) => keyAction(event, this.#model(), this.#actions),
    });
    this.#actions = this.#makeActions();
    this.#tasks = new Loader(() => this.#tasksCame());
    this.#summary = new Loader(this.#frame.paint);
  }

  opened({ project, state, ui }: Opened<'labelling', PersistedState>): void {
    this.#project = project;
    this.#named = state.labeller;
    this.#wanted = state.task;
    this.#frame.set(ui);
    this.#loadTasks();
  }

  changed(): void {
    // More rows may be available now.
    this.#ended = false;
    this.#loadTasks();
  }

  #model(): Model {
    const { value } = this.#tasks.state;
    const task = value?.tasks.find(({ name }) => name === this.#wanted) ?? value?.tasks[0] ?? null;
    const who = this.#frame.state.labeller ?? this.#named ?? value?.labeller ?? '';
    return {
      ...this.#frame.state,
      project: this.#project,
      tasks: this.#tasks.state,
      task,
      who,
      naming: this.#naming,
      help: this.#help,
      again: this.#again,
      cards: this.#cards,
      summary: this.#summary.state,
      error: this.#error,
      said: this.#said,
    };
  }

  #loadTasks(): void {
    void this.#tasks.load(() => this.#frame.request('labels/tasks', {}));
  }

  #tasksCame(): void {
    const { task, tasks } = this.#model();
    if (tasks.value && !tasks.loading && task) {
      const shape = JSON.stringify(task);
      if (shape !== this.#shape) this.#begin();
      else void this.#ask();
      this.#shape = shape;
      this.#summarise(0);
    }
    this.#frame.paint();
  }

  /** Loads the queue from its start. */
  #begin(): void {
    this.#turn++;
    this.#asking = false;
    this.#ended = false;
    this.#error = null;
    this.#cards = noCards;
    this.#frame.paint();
    void this.#ask();
  }

  /** Fetches more cards when few are left. Skips cards that were decided in the meantime. */
  async #ask(): Promise<void> {
    const { task, who, order, again } = this.#model();
    if (!task || who === '' || this.#asking || this.#ended || this.#cards.coming.length >= few) return;
    const turn = this.#turn;
    this.#asking = true;
    try {
      await this.#writing;
      const queue = await this.#frame.request('labels/next', {
        task: task.name,
        labeller: who,
        limit: fetched,
        ...(order ? { order } : {}),
        ...(again ? { skipped: true } : {}),
      });
      if (turn !== this.#turn) return;
      const had = new Set([...this.#cards.coming, ...this.#cards.trail.map(({ row }) => row)].map(({ key }) => key));
      const fresh = queue.rows.filter(({ key }) => !had.has(key));
      const coming = [...this.#cards.coming, ...fresh];
      this.#ended = queue.rows.length < fetched;
      this.#cards = {
        ...this.#cards,
        coming,
        known: true,
        left: queue.left,
        skipped: queue.skipped,
        note: queue.note,
        order: queue.order,
        modelVersion: queue.modelVersion,
      };
    } catch (error) {
      if (turn === this.#turn) this.#error = messageOf(error);
    } finally {
      if (turn === this.#turn) this.#asking = false;
    }
    this.#frame.paint();
  }

  #summarise(after = 400): void {
    if (this.#later) clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      const { task } = this.#model();
      if (task)
        void this.#summary.load(
          () => this.#frame.request('labels/summary', { task: task.name }),
          this.#summary.state.value?.task.name !== task.name,
        );
    }, after);
  }

  #decide(label: string | null): void {
    const { task, who } = this.#model();
    const shown = shownRow(this.#cards);
    if (!task || !shown || who === '') return;
    const { row } = shown;
    this.#error = null;
    const { coming, trail } = this.#cards;
    this.#cards = {
      ...this.#cards,
      coming: coming.filter(({ key }) => key !== row.key),
      trail: [...trail.filter((one) => one.row.key !== row.key), { row, label }].slice(-keptTrail),
      back: 0,
      opened: null,
    };
    const next = this.#cards.coming[0];
    this.#said = `${label ?? 'Skipped'}: ${row.key}.${next ? ` Next: ${next.key}.` : ''}`;
    const turn = this.#turn;
    this.#writing = this.#writing.then(async () => {
      try {
        const { note } = await this.#frame.request('labels/add', {
          task: task.name,
          labeller: who,
          key: row.key,
          label,
        });
        if (note !== null) this.#cards = { ...this.#cards, note };
      } catch (error) {
        if (turn === this.#turn) this.#bringBack(row, shown.decided, messageOf(error));
      }
      this.#summarise();
      this.#frame.paint();
    });
    this.#frame.paint();
    // At the end, the counts are fetched once more.
    if (!next) this.#ended = false;
    void this.#ask();
  }

  /** Restores the card of a decision that could not be written. */
  #bringBack(row: LabelRow, before: string | null | undefined, error: string): void {
    const { coming, trail } = this.#cards;
    const without = trail.filter((one) => one.row.key !== row.key);
    const first = before === undefined || this.#again;
    this.#cards = {
      ...this.#cards,
      coming: first ? [row, ...coming] : coming,
      trail: first ? without : [...without, { row, label: before }],
      back: 0,
    };
    this.#error = error;
    this.#said = `Not written: ${row.key}. ${error}`;
  }

  async #undo(): Promise<void> {
    const { task, who } = this.#model();
    if (!task || who === '') return;
    const turn = this.#turn;
    const undone = this.#writing.then(() => this.#frame.request('labels/undo', { task: task.name, labeller: who }));
    this.#writing = undone.catch(() => {});
    try {
      const { key } = await undone;
      const known = this.#cards.trail.find((one) => one.row.key === key)?.row;
      const [row] = await this.#frame.request('labels/rows', { task: task.name, labeller: who, keys: [key] });
      if (turn !== this.#turn) return;
      const back = row ?? known;
      const { coming, trail } = this.#cards;
      this.#cards = {
        ...this.#cards,
        coming: [...(back ? [back] : []), ...coming.filter((one) => one.key !== key)],
        trail: trail.filter((one) => one.row.key !== key),
        back: 0,
        opened: null,
      };
      this.#error = null;
      this.#said = `Undone: ${key}.`;
    } catch (error) {
      if (turn === this.#turn) this.#error = messageOf(error);
    }
    this.#summarise();
    this.#frame.paint();
  }

  async #open(key: string): Promise<void> {
    const { task, who } = this.#model();
    if (!task) return;
    try {
      const [row] = await this.#frame.request('labels/rows', { task: task.name, labeller: who, keys: [key] });
      if (row) this.#cards = { ...this.#cards, opened: row, back: 0 };
      else this.#error = `The row ${key} is no longer in the data.`;
      this.#said = row ? `Opened ${key}.` : '';
    } catch (error) {
      this.#error = messageOf(error);
    }
    this.#frame.paint();
  }

  #persist(part: Partial<PersistedState>): void {
    this.#frame.persist(part);
    this.#frame.paint();
  }

  #makeActions(): Actions {
    return {
      ...this.#frame.actions,
      decide: (label) => this.#decide(label),
      undo: () => void this.#undo(),
      look: (step) => {
        const { back, trail, opened } = this.#cards;
        this.#cards = {
          ...this.#cards,
          opened: null,
          back: opened ? back : Math.min(trail.length, Math.max(0, back + step)),
        };
        const shown = shownRow(this.#cards);
        this.#said = shown
          ? `${shown.row.key}${shown.decided === undefined ? '' : `, ${shown.decided ?? 'skipped'}`}`
          : '';
        this.#frame.paint();
      },
      open: (key) => void this.#open(key),
      task: (name) => {
        this.#wanted = name;
        this.#again = false;
        this.#frame.move({ task: name, labeller: this.#named }, `Label: ${name}`);
        this.#tasksCame();
      },
      order: (order) => {
        this.#persist({ order });
        this.#begin();
      },
      name: (labeller) => {
        this.#naming = false;
        const name = labeller.trim();
        if (name === '' || name === this.#model().who) return this.#frame.paint();
        this.#persist({ labeller: name });
        this.#begin();
      },
      naming: (on) => {
        this.#naming = on;
        this.#frame.paint();
      },
      reveal: () => this.#persist({ reveal: !this.#frame.state.reveal }),
      help: () => {
        this.#help = !this.#help;
        this.#frame.paint();
      },
      again: (on) => {
        this.#again = on;
        this.#begin();
      },
      retry: () => {
        this.#error = null;
        this.#ended = false;
        this.#loadTasks();
      },
    };
  }
}
