import type { RunChange, RunSummary } from '../../../protocol/runs.ts';
import { plural } from '../../../words/numbers.ts';
import type { RunHistoryConnection, Toast } from '../model.ts';
import type { RunRows } from '../rows/runRows.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

type Changes = { runId: string; change: RunChange }[];

interface Step {
  /** Such as `Archived 3 runs`. */
  text: string;
  /** The changes that revert it; after an undo, those that apply it again. */
  changes: Changes;
}

export interface EditsHost {
  connection: RunHistoryConnection;
  rows: RunRows;
  /** The rows must be fetched again. */
  refresh(): Promise<void>;
  paint(): void;
}

const shownMs = 12_000;
const stepsKept = 50;

/** Changes to runs, each with undo. */
export class RunEdits {
  readonly #host: EditsHost;
  readonly #done: Step[] = [];
  readonly #undone: Step[] = [];
  #toast: Toast | null = null;
  /** Changes run one after the other: a change must be complete before it can be undone. */
  #last: Promise<boolean> = Promise.resolve(true);
  #hiding: ReturnType<typeof setTimeout> | undefined;

  constructor(host: EditsHost) {
    this.#host = host;
  }

  get toast(): Toast | null {
    return this.#toast;
  }

  /** `text` is the past participle, such as `Archived`; the count of runs is appended. Resolves to true on success. */
  apply(text: string, changes: Changes): Promise<boolean> {
    if (changes.length === 0) return Promise.resolve(false);
    return this.#next(() => {
      this.#undone.length = 0;
      return this.#send(`${text} ${plural(changes.length, 'run')}`, changes, this.#done, 'Undo');
    });
  }

  /** Undoes the last change. */
  undo(): Promise<boolean> {
    return this.#next(async () => {
      const step = this.#done.pop();
      if (step) return this.#send(step.text, step.changes, this.#undone, 'Redo');
      this.say('There is nothing to undo.');
      return false;
    });
  }

  redo(): Promise<boolean> {
    return this.#next(async () => {
      const step = this.#undone.pop();
      if (step) return this.#send(step.text, step.changes, this.#done, 'Undo');
      this.say('There is nothing to redo.');
      return false;
    });
  }

  say(text: string, isError = false): void {
    this.#show({ text, back: null, isError });
  }

  dismiss(): void {
    this.#toast = null;
    this.#host.paint();
  }

  #next(work: () => Promise<boolean>): Promise<boolean> {
    this.#last = this.#last.then(work);
    return this.#last;
  }

  async #send(text: string, changes: Changes, onto: Step[], back: 'Undo' | 'Redo'): Promise<boolean> {
    this.#patch(changes);
    try {
      const { undo } = await this.#host.connection.request('runs/update', { changes });
      onto.push({ text, changes: undo });
      if (onto.length > stepsKept) onto.shift();
      this.#show({ text: back === 'Undo' ? text : `Undone: ${text}`, back, isError: false });
      return true;
    } catch (error) {
      this.say(`The change was not made: ${messageOf(error)}`, true);
      return false;
    } finally {
      void this.#host.refresh();
    }
  }

  #patch(changes: Changes): void {
    const byRun = new Map(changes.map(({ runId, change }) => [runId, change]));
    this.#host.rows.patch(new Set(byRun.keys()), (run) => changed(run, byRun.get(run.runId) ?? {}));
  }

  #show(toast: Toast): void {
    this.#toast = toast;
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => this.#hide(toast), shownMs);
    this.#host.paint();
  }

  /** Hides the toast, later if the pointer or the focus is on it. */
  #hide(toast: Toast): void {
    if (this.#toast !== toast) return;
    if (document.querySelector('.toast:hover, .toast:focus-within'))
      this.#hiding = setTimeout(() => this.#hide(toast), shownMs / 4);
    else this.dismiss();
  }
}

/** The run after a change. Its tags stand as the store lists them: one that moved later would slip under a click. */
export function changed(run: RunSummary, { tags, ...change }: RunChange): RunSummary {
  const all: [string, string | null][] = [...Object.entries(run.tags), ...Object.entries(tags ?? {})];
  const kept = [...new Map(all)].flatMap(([key, value]): [string, string][] => (value === null ? [] : [[key, value]]));
  return { ...run, ...change, tags: Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}
