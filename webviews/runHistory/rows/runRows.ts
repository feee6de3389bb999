import type { RunGroup, RunPage, RunQuery, RunSummary } from '../../../protocol/runs.ts';
import { Loader } from '../../ui/frame/loadable.ts';
import { pageRows, RunPages } from './runPages.ts';

export type Row =
  { kind: 'run'; run: RunSummary } | { kind: 'waiting' } | { kind: 'group'; group: RunGroup; open: boolean };

/** The query of the rows. */
export interface RowsQuestion {
  query: RunQuery;
  /** The key to group by; null for a flat table. */
  by: string | null;
  /** Metrics with statistics per group. */
  metrics: readonly string[];
}

export interface RowsHost {
  list(query: RunQuery): Promise<RunPage>;
  groups(params: { query: RunQuery; by: string; metrics: string[] }): Promise<RunGroup[]>;
  changed(): void;
  /** Called when visible rows moved down. */
  shifted(rows: number): void;
}

interface Segment {
  group: RunGroup;
  /** The row of the group head. */
  at: number;
  pages: RunPages | null;
  rows: number;
}

/** The rows of the table: the runs of a query, or expandable groups of them. */
export class RunRows {
  readonly #host: RowsHost;
  readonly #flat: RunPages;
  readonly #groups: Loader<RunGroup[]>;
  #open = new Map<string, RunPages>();
  #segments: Segment[] = [];
  /** Incremented when the statistics of groups are loaded again. */
  version = 0;
  #question: RowsQuestion = { query: {}, by: null, metrics: [] };

  constructor(host: RowsHost) {
    this.#host = host;
    this.#flat = new RunPages(
      (query) => host.list(query),
      () => host.changed(),
      (rows) => host.shifted(rows),
    );
    this.#groups = new Loader(() => this.#layOut());
  }

  /** Number of matching runs, with or without grouping; null until the first response. */
  get runs(): number | null {
    return this.#flat.total;
  }

  get problem() {
    return this.#flat.problem;
  }

  get error(): string | null {
    return (
      this.#flat.error ??
      this.#groups.state.error ??
      [...this.#open.values()].find((pages) => pages.error !== null)?.error ??
      null
    );
  }

  get isGrouped(): boolean {
    return this.#question.by !== null;
  }

  /** False while the first request for groups is running. */
  get isReady(): boolean {
    return this.#flat.total !== null && (!this.isGrouped || this.#groups.state.value !== null);
  }

  get groups(): readonly RunGroup[] {
    return this.#groups.state.value ?? [];
  }

  /** The current number of rows, including group heads. */
  get length(): number {
    if (!this.isGrouped) return this.#flat.total ?? 0;
    const last = this.#segments.at(-1);
    return last ? last.at + 1 + last.rows : 0;
  }

  at(index: number): Row {
    const segment = this.isGrouped ? this.#segmentAt(index) : null;
    if (segment && segment.at === index) return { kind: 'group', group: segment.group, open: segment.pages !== null };
    const run = segment ? segment.pages?.at(index - segment.at - 1) : this.isGrouped ? undefined : this.#flat.at(index);
    return run ? { kind: 'run', run } : { kind: 'waiting' };
  }

  indexOf(runId: string): number | null {
    if (!this.isGrouped) return this.#flat.indexOf(runId);
    for (const { pages, at } of this.#segments) {
      const found = pages?.indexOf(runId) ?? null;
      if (found !== null) return at + 1 + found;
    }
    return null;
  }

  /** The queries for all runs between two rows: the parts of open groups. */
  between(from: number, to: number): RunQuery[] {
    if (!this.isGrouped) return [{ ...this.#question.query, offset: from, limit: to - from + 1 }];
    return this.#segments.flatMap(({ group, at, pages, rows }): RunQuery[] => {
      const [first, last] = [Math.max(0, from - at - 1), Math.min(rows - 1, to - at - 1)];
      return pages && first <= last ? [{ ...this.#queryOf(group), offset: first, limit: last - first + 1 }] : [];
    });
  }

  *loaded(): Iterable<RunSummary> {
    yield* this.#flat.loaded();
    for (const pages of this.#open.values()) yield* pages.loaded();
  }

  /** Another query; open groups stay open when the grouping is the same. */
  async ask(question: RowsQuestion): Promise<void> {
    const sameGrouping = question.by === this.#question.by;
    this.#question = question;
    if (!sameGrouping) {
      this.#open = new Map();
      this.#segments = [];
      this.#groups.clear();
    }
    await this.#flat.ask(question.query);
    await this.#loadGroups();
  }

  /** Other metrics for the statistics of groups. */
  async sumUp(metrics: readonly string[]): Promise<void> {
    if (metrics.join('\n') === this.#question.metrics.join('\n')) return;
    this.#question = { ...this.#question, metrics };
    await this.#loadGroups();
  }

  /** Fetches the visible rows again. */
  async refresh(): Promise<void> {
    await this.#flat.refresh();
    await this.#loadGroups();
  }

  /** The visible rows, from `from` to before `to`. */
  see(from: number, to: number): void {
    if (!this.isGrouped) return this.#flat.see(from, to);
    for (const { pages, at, rows } of this.#segments) {
      if (pages && at + 1 < to && at + 1 + rows > from)
        pages.see(Math.max(0, from - at - 1), Math.min(rows, to - at - 1));
    }
  }

  toggle(group: RunGroup): void {
    const key = keyOfGroup(group);
    const segment = this.#segments.find((one) => keyOfGroup(one.group) === key);
    if (!segment) return;
    if (this.#open.has(key)) this.#open.delete(key);
    else this.#openGroup(group);
    this.#layOut();
  }

  patch(runIds: ReadonlySet<string>, change: (run: RunSummary) => RunSummary): void {
    for (const pages of [this.#flat, ...this.#open.values()]) pages.patch(runIds, change);
    this.#host.changed();
  }

  async #loadGroups(): Promise<void> {
    const { by, query, metrics } = this.#question;
    if (by === null) return;
    const { order: _order, ...about } = query;
    await this.#groups.load(() =>
      this.#host.groups({ query: this.#flat.problem ? withoutFilter(about) : about, by, metrics: [...metrics] }),
    );
    this.version++;
    // Open groups are fetched again one after the other; groups that no longer exist are dropped.
    const groups = new Map(this.groups.map((group) => [keyOfGroup(group), group]));
    for (const [key, pages] of this.#open) {
      const group = groups.get(key);
      if (!group) this.#open.delete(key);
      else await pages.ask(this.#queryOf(group));
    }
    this.#layOut();
  }

  #openGroup(group: RunGroup): void {
    const pages = new RunPages(
      (query) => this.#host.list(query),
      () => this.#layOut(),
    );
    this.#open.set(keyOfGroup(group), pages);
    void pages.ask(this.#queryOf(group));
  }

  /** The filter of the user and that of the group, combined. */
  #queryOf(group: RunGroup): RunQuery {
    const { query } = this.#question;
    const own = this.#flat.problem ? undefined : query.filter;
    return { ...query, filter: own === undefined ? group.filter : `(${own}) and ${group.filter}` };
  }

  #layOut(): void {
    let at = 0;
    this.#segments = this.groups.map((group) => {
      const pages = this.#open.get(keyOfGroup(group)) ?? null;
      const segment: Segment = { group, at, pages, rows: pages ? (pages.total ?? Math.min(group.runs, pageRows)) : 0 };
      at += 1 + segment.rows;
      return segment;
    });
    this.#host.changed();
  }

  #segmentAt(index: number): Segment | null {
    let [low, high] = [0, this.#segments.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#segments[middle]?.at ?? Infinity) <= index) low = middle;
      else high = middle - 1;
    }
    return this.#segments[low] ?? null;
  }
}

function keyOfGroup(group: RunGroup): string {
  return JSON.stringify(group.value);
}

function withoutFilter({ filter: _filter, ...query }: RunQuery): RunQuery {
  return query;
}
