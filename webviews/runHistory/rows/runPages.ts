import type { FilterProblem, RunPage, RunQuery, RunSummary } from '../../../protocol/runs.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

type Ask = (query: RunQuery) => Promise<RunPage>;

/** Rows per page: enough for most windows, so that they are painted before further rows are fetched. */
export const pageRows = 32;
const pagesAtOnce = 4;
const pagesKept = 80;
/** Time for the page to show the first rows of a new query before the neighbouring pages are requested. */
const showingMs = 80;

interface Page {
  runs: readonly RunSummary[];
  /** The refresh that loaded it; older pages are shown until they are fetched again. */
  turn: number;
}

/**
 * The runs of a query as a window over any number of rows: only the pages around the visible rows are fetched and kept.
 * There is at most one request at a time, and pages scrolled past are never requested.
 */
export class RunPages {
  readonly #ask: Ask;
  readonly #changed: () => void;
  readonly #shifted: (rows: number) => void;
  #query: RunQuery = {};
  #pages = new Map<number, Page>();
  #total: number | null = null;
  #problem: FilterProblem | null = null;
  #error: string | null = null;
  #from = 0;
  #to = pageRows;
  #question = 0;
  /** The query whose results are visible. */
  #answered = 0;
  #turn = 0;
  #stopped = true;
  #work: { question: number; done: Promise<void> } | null = null;
  #showingUntil = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** `shifted` is called when visible rows moved down after a refresh. */
  constructor(ask: Ask, changed: () => void, shifted: (rows: number) => void = () => {}) {
    this.#ask = ask;
    this.#changed = changed;
    this.#shifted = shifted;
  }

  /** Null until the first response. */
  get total(): number | null {
    return this.#total;
  }

  get problem(): FilterProblem | null {
    return this.#problem;
  }

  get error(): string | null {
    return this.#error;
  }

  get busy(): boolean {
    return this.#work !== null;
  }

  at(index: number): RunSummary | undefined {
    return this.#pages.get(Math.floor(index / pageRows))?.runs[index % pageRows];
  }

  /** The row of a run, if it is loaded. */
  indexOf(runId: string): number | null {
    for (const [page, { runs }] of this.#pages) {
      const at = runs.findIndex((run) => run.runId === runId);
      if (at >= 0) return page * pageRows + at;
    }
    return null;
  }

  *loaded(): Iterable<RunSummary> {
    for (const { runs } of this.#pages.values()) yield* runs;
  }

  /** Another query, from its first row: the old rows stay visible until the response arrives. */
  ask(query: RunQuery): Promise<void> {
    this.#query = query;
    this.#question++;
    this.#from = 0;
    this.#to = pageRows;
    return this.refresh();
  }

  /** The visible rows, `to` exclusive. Fetches missing ones, then the neighbouring pages. */
  see(from: number, to: number): void {
    if (from === this.#from && to === this.#to) return;
    this.#from = from;
    this.#to = to;
    // After an error, only the user or the next change retries, not every frame.
    if (!this.#stopped) void this.#pump();
  }

  /** Fetches the visible rows again; other rows follow when they become visible. */
  refresh(): Promise<void> {
    this.#turn++;
    this.#stopped = false;
    return this.#pump();
  }

  /** Applies a change immediately, before the engine responds. */
  patch(runIds: ReadonlySet<string>, change: (run: RunSummary) => RunSummary): void {
    for (const [at, page] of this.#pages) {
      if (page.runs.some((run) => runIds.has(run.runId)))
        this.#pages.set(at, { ...page, runs: page.runs.map((run) => (runIds.has(run.runId) ? change(run) : run)) });
    }
  }

  /** A new query does not wait for the previous response, which is ignored. */
  #pump(): Promise<void> {
    if (this.#work?.question === this.#question) return this.#work.done;
    const question = this.#question;
    const done = this.#fetchMissing(question).finally(() => {
      if (this.#work?.question !== question) return;
      this.#work = null;
      this.#changed();
      // Requested between the last response and now.
      if (!this.#stopped && this.#missing()) void this.#pump();
    });
    this.#work = { question, done };
    return done;
  }

  async #fetchMissing(question: number): Promise<void> {
    for (let range = this.#missing(); range && !this.#stopped; range = this.#missing()) {
      const turn = this.#turn;
      try {
        const page = await this.#ask({ ...this.#query, offset: range.first * pageRows, limit: range.pages * pageRows });
        if (question !== this.#question) return;
        this.#take(page, range.first, range.pages, turn);
        this.#error = null;
      } catch (error) {
        if (question !== this.#question) return;
        this.#error = messageOf(error);
        this.#stopped = true;
      }
      this.#changed();
    }
  }

  /** The next pages to fetch: the visible ones, then the one below, then the one above. */
  #missing(): { first: number; pages: number } | null {
    const isNew = this.#question !== this.#answered;
    const last = isNew || this.#total === null ? Infinity : Math.max(0, Math.ceil(this.#total / pageRows) - 1);
    const [top, bottom] = [
      Math.min(last, Math.floor(this.#from / pageRows)),
      Math.min(last, Math.floor(Math.max(this.#from, this.#to - 1) / pageRows)),
    ];
    const stale = (page: number): boolean => isNew || this.#pages.get(page)?.turn !== this.#turn;
    const wanted = Array.from({ length: bottom - top + 1 }, (_, i) => top + i).filter(stale);
    const [first, end] = [wanted[0], wanted.at(-1)];
    if (first !== undefined && end !== undefined) return { first, pages: Math.min(pagesAtOnce, end - first + 1) };
    // An outdated neighbour is fetched again only when it becomes visible.
    const beside = [bottom + 1, top - 1].find((page) => page >= 0 && page <= last && !this.#pages.has(page));
    if (beside === undefined) return null;
    const rest = this.#showingUntil - performance.now();
    if (rest <= 0) return { first: beside, pages: 1 };
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      if (!this.#stopped) void this.#pump();
    }, rest);
    return null;
  }

  #take(page: RunPage, first: number, pages: number, turn: number): void {
    const isNew = this.#question !== this.#answered;
    if (isNew) {
      this.#pages = new Map();
      this.#showingUntil = performance.now() + showingMs;
    }
    const anchor = isNew ? undefined : this.at(this.#from);
    for (let at = 0; at < pages; at++)
      this.#pages.set(first + at, { runs: page.runs.slice(at * pageRows, (at + 1) * pageRows), turn });
    this.#answered = this.#question;
    this.#total = page.total;
    this.#problem = page.problem ?? null;
    this.#drop();
    if (!anchor || this.at(this.#from)?.runId === anchor.runId) return;
    const now = page.runs.findIndex((run) => run.runId === anchor.runId);
    if (now >= 0) this.#shifted(first * pageRows + now - this.#from);
  }

  /** Evicts pages beyond the last row, then those farthest from the visible rows. */
  #drop(): void {
    const last = Math.max(0, Math.ceil((this.#total ?? 0) / pageRows) - 1);
    const middle = Math.floor((this.#from + this.#to) / 2 / pageRows);
    const kept = [...this.#pages.keys()]
      .filter((page) => page <= last)
      .toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
      .slice(0, pagesKept);
    this.#pages = new Map(
      kept.flatMap((page) => {
        const found = this.#pages.get(page);
        return found ? [[page, found]] : [];
      }),
    );
  }
}
