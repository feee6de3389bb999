import type { RunStatus } from '../../../protocol/lifeCycle.ts';
import type { RunPage, RunQuery, RunSummary } from '../../../protocol/runs.ts';
import { isLowerBetter } from '../../ui/metricDirection.ts';

type Ask = (query: RunQuery) => Promise<RunPage>;

export interface Range {
  low: number;
  high: number;
  /** The best value among runs that did not fail; null when there is none. */
  best: number | null;
}

/** Runs with these states may have the best value of a metric without being usable. */
export function isBroken(status: RunStatus): boolean {
  return brokenStates.includes(status);
}

const brokenStates: readonly RunStatus[] = ['failed', 'interrupted', 'cancelled'];
const unbroken = `status not in (${brokenStates.map((status) => `'${status}'`).join(', ')})`;

/**
 * Minimum, maximum and best value of each metric over the runs of a query. The engine returns the first run in each
 * order, one request at a time, so that requests for rows never wait long.
 */
export class MetricRanges {
  readonly #ask: Ask;
  readonly #changed: () => void;
  #query: RunQuery = {};
  #about = '';
  #wanted: readonly string[] = [];
  #turn = 0;
  #known = new Map<string, { range: Range | null; turn: number }>();
  #work: Promise<void> | null = null;
  /** Incremented with each new range. */
  version = 0;

  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Null when no run has the metric or it is not loaded yet; until then the range of the previous query. */
  get(key: string): Range | null {
    return this.#known.get(key)?.range ?? null;
  }

  want({ order: _order, ...query }: RunQuery, keys: readonly string[]): Promise<void> {
    const about = JSON.stringify(query);
    if (about !== this.#about) this.#turn++;
    this.#about = about;
    this.#query = query;
    this.#wanted = keys;
    return this.#pump();
  }

  /** The store changed: ranges are fetched again on their next use. */
  outdate(): void {
    this.#turn++;
  }

  #pump(): Promise<void> {
    this.#work ??= this.#fetch().finally(() => {
      this.#work = null;
    });
    return this.#work;
  }

  async #fetch(): Promise<void> {
    for (let key = this.#next(); key !== undefined; key = this.#next()) {
      const turn = this.#turn;
      try {
        this.#known.set(key, { range: await this.#rangeOf(key), turn });
        this.version++;
      } catch {
        // The rows use the same engine and show its error; ranges are fetched again together with them.
        return;
      }
      this.#changed();
    }
  }

  #next(): string | undefined {
    return this.#wanted.find((key) => this.#known.get(key)?.turn !== this.#turn);
  }

  async #rangeOf(key: string): Promise<Range | null> {
    const query = this.#query;
    const [least, greatest] = [await this.#end(query, key, false), await this.#end(query, key, true)];
    const [low, high] = [least?.metrics[key], greatest?.metrics[key]];
    if (!least || !greatest || low === undefined || high === undefined) return null;
    const first = isLowerBetter(key) ? least : greatest;
    // The others are fetched only when a failed run is at the end of the order.
    const best = isBroken(first.status)
      ? await this.#end(
          { ...query, filter: query.filter?.trim() ? `(${query.filter}) and ${unbroken}` : unbroken },
          key,
          !isLowerBetter(key),
        )
      : first;
    return { low, high, best: best?.metrics[key] ?? null };
  }

  async #end(query: RunQuery, key: string, descending: boolean): Promise<RunSummary | undefined> {
    const { runs } = await this.#ask({
      ...query,
      order: [{ column: `metrics.${key}`, descending }],
      offset: 0,
      limit: 1,
    });
    return runs[0];
  }
}
