import type { RunPoint, RunQuery } from '../../../protocol/runs.ts';
import { Refresher } from '../rows/refresher.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

const runsAtOnce = 10_000;
/** The minimum interval between refreshes of the older runs. */
const againMs = 15_000;

interface Wanted {
  query: RunQuery;
  columns: readonly string[];
  /** The number of newer runs that are already loaded. */
  offset: number;
}

/**
 * The older runs of a query with the values of some columns, loaded page by page; charts draw them when all are loaded.
 */
export class OlderRuns {
  readonly #ask: (query: RunQuery, columns: readonly string[]) => Promise<RunPoint[]>;
  readonly #changed: () => void;
  readonly #again = new Refresher(() => this.#load(), againMs);
  #wanted: Wanted | null = null;
  #turn = 0;
  #runs: readonly RunPoint[] = [];
  #whole = false;
  #came = 0;
  #problem: string | null = null;
  #newest: readonly RunPoint[] = [];
  #all: readonly RunPoint[] | null = null;

  constructor(ask: (query: RunQuery, columns: readonly string[]) => Promise<RunPoint[]>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Whether all are loaded, the number of loaded ones, and the error, if any. */
  get state(): { whole: boolean; came: number; problem: string | null } {
    return { whole: this.#whole, came: this.#came, problem: this.#problem };
  }

  /** The newer and the older runs; the same list as long as neither changes. */
  beside(newest: readonly RunPoint[]): readonly RunPoint[] {
    if (newest !== this.#newest) this.#all = null;
    this.#newest = newest;
    return (this.#all ??= joined(newest, this.#runs));
  }

  /** Ensures that the older runs are loaded with these columns. Loaded runs that have the columns are kept. */
  need(wanted: Wanted): void {
    const { query, columns, offset } = wanted;
    const has = this.#wanted;
    if (
      has &&
      has.offset === offset &&
      JSON.stringify(has.query) === JSON.stringify(query) &&
      columns.every((column) => has.columns.includes(column))
    )
      return;
    this.stop();
    this.#wanted = wanted;
    void this.#load();
  }

  /** The store changed, or the user retries after an error. */
  outdate(): void {
    if (this.#problem !== null) void this.#load();
    else if (this.#wanted) this.#again.ask();
  }

  stop(): void {
    this.#turn++;
    this.#wanted = null;
    this.#problem = null;
    this.#put([], false);
  }

  async #load(): Promise<void> {
    if (!this.#wanted) return;
    const { query, columns, offset } = this.#wanted;
    const turn = ++this.#turn;
    const runs: RunPoint[] = [];
    try {
      for (let isLast = false; !isLast;) {
        const page = await this.#ask({ ...query, offset: offset + runs.length, limit: runsAtOnce }, columns);
        if (turn !== this.#turn) return;
        runs.push(...page);
        isLast = page.length < runsAtOnce;
        this.#came = runs.length;
        this.#changed();
      }
      this.#problem = null;
      this.#put(runs, true);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#problem = messageOf(error);
    }
    this.#changed();
  }

  #put(runs: readonly RunPoint[], whole: boolean): void {
    this.#runs = runs;
    this.#whole = whole;
    this.#came = 0;
    this.#all = null;
  }
}

/** New runs shift others into the next page, so some runs arrive twice. */
function joined(newest: readonly RunPoint[], older: readonly RunPoint[]): readonly RunPoint[] {
  if (older.length === 0) return newest;
  const known = new Set(newest.map((run) => run.runId));
  return [...newest, ...older.filter((run) => !known.has(run.runId))];
}
