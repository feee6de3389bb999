import type { RunPoint, RunQuery } from '../../../protocol/runs.ts';
import { Refresher } from '../rows/refresher.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

const runsAtOnce = 10_000;
/** While runs come and go the older ones are asked for again not more often than this. */
const againMs = 15_000;

interface Wanted {
  query: RunQuery;
  columns: readonly string[];
  /** How many newer runs are here already. */
  offset: number;
}

/**
 * The runs of a query beyond the newest, with the values of some columns, loaded page by page: charts draw them when
 * all are there.
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

  /** Whether all are here, how many came of those that are on their way, and what went wrong. */
  get state(): { whole: boolean; came: number; problem: string | null } {
    return { whole: this.#whole, came: this.#came, problem: this.#problem };
  }

  /** These with the older ones: the same list as long as neither changed. */
  beside(newest: readonly RunPoint[]): readonly RunPoint[] {
    if (newest !== this.#newest) this.#all = null;
    this.#newest = newest;
    return (this.#all ??= joined(newest, this.#runs));
  }

  /** Sees to it that they come, with these columns. Those that were asked for before are kept when they have them. */
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

  /** The store changed, or a person wants what failed tried again. */
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

/** Runs that came meanwhile push others down, so that some are in both. */
function joined(newest: readonly RunPoint[], older: readonly RunPoint[]): readonly RunPoint[] {
  if (older.length === 0) return newest;
  const known = new Set(newest.map((run) => run.runId));
  return [...newest, ...older.filter((run) => !known.has(run.runId))];
}
