import type { RunPage, RunQuery } from '../../protocol/runs.ts';

type Ask = (query: RunQuery) => Promise<RunPage>;

export interface Range {
  low: number;
  high: number;
}

/**
 * The least and greatest value that the runs of a query have of a metric. The engine is asked for the first run in each order, one
 * request after the other, so that the rows never wait for long.
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
  /** Grows with every range that is known. */
  version = 0;

  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Null when no run has the metric, or it is not known yet; the range of an older query until then. */
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

  /** The store changed: they are asked for again when they are wanted next. */
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
        const low = await this.#end(key, false);
        const high = low === null ? null : await this.#end(key, true);
        this.#known.set(key, { range: low === null || high === null ? null : { low, high }, turn });
        this.version++;
      } catch {
        // The rows ask the same engine and show why it does not answer; these are asked for again with them.
        return;
      }
      this.#changed();
    }
  }

  #next(): string | undefined {
    return this.#wanted.find((key) => this.#known.get(key)?.turn !== this.#turn);
  }

  async #end(key: string, descending: boolean): Promise<number | null> {
    const { runs } = await this.#ask({ ...this.#query, order: [{ column: `metrics.${key}`, descending }], offset: 0, limit: 1 });
    return runs[0]?.metrics[key] ?? null;
  }
}
