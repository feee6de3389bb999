import type { EngineRequests } from '../../protocol/engineHost.ts';
import type { RunPage, RunQuery, RunSummary } from '../../protocol/runs.ts';

type Ask = (query: RunQuery) => Promise<EngineRequests['runs/list']['result']>;

const bigPage = 1000;

/** The runs of a query, fetched page by page as the person scrolls, or all of them when they are to be sorted. */
export class RunPages {
  readonly #ask: Ask;
  readonly #changed: () => void;
  #query: RunQuery = {};
  #runs: RunSummary[] = [];
  #total: number | null = null;
  #error: string | null = null;
  #busy = false;
  #turn = 0;

  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get runs(): readonly RunSummary[] {
    return this.#runs;
  }

  /** Null until the first answer. */
  get total(): number | null {
    return this.#total;
  }

  get error(): string | null {
    return this.#error;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Another question: the old rows stay on the screen until its answer is there. */
  ask(query: RunQuery): Promise<void> {
    this.#query = query;
    return this.#load(async () => this.#ask({ ...query, offset: 0 }), () => []);
  }

  /** The same question again, for as many runs as are shown now. */
  refresh(): Promise<void> {
    const shown = this.#runs.length;
    return this.#load(() => this.#range(0, Math.max(shown, 1), shown === 0), () => []);
  }

  more(): Promise<void> {
    if (this.#busy || this.#total === null || this.#runs.length >= this.#total) return Promise.resolve();
    const have = this.#runs;
    return this.#load(() => this.#ask({ ...this.#query, offset: have.length }), () => have);
  }

  all(): Promise<void> {
    const have = this.#runs;
    if (this.#total === null || have.length >= this.#total) return Promise.resolve();
    const missing = this.#total - have.length;
    return this.#load(() => this.#range(have.length, missing, false), () => have);
  }

  async #range(from: number, length: number, first: boolean): Promise<RunPage> {
    if (first) return this.#ask({ ...this.#query, offset: 0 });
    const runs: RunSummary[] = [];
    let total = 0;
    do {
      const page = await this.#ask({ ...this.#query, offset: from + runs.length, limit: Math.min(bigPage, length - runs.length) });
      runs.push(...page.runs);
      total = page.total;
      if (page.runs.length === 0) break;
    } while (runs.length < length);
    return { runs, total };
  }

  async #load(fetch: () => Promise<RunPage>, before: () => readonly RunSummary[]): Promise<void> {
    const turn = ++this.#turn;
    this.#busy = true;
    this.#changed();
    try {
      const page = await fetch();
      if (turn !== this.#turn) return;
      // A run that started meanwhile shifts the pages by one; the same run must not stand twice.
      const known = new Map(before().map((run) => [run.runId, run]));
      for (const run of page.runs) known.set(run.runId, run);
      this.#runs = [...known.values()];
      this.#total = page.total;
      this.#error = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#error = error instanceof Error ? error.message : String(error);
    }
    this.#busy = false;
    this.#changed();
  }
}
