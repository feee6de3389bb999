import type { RunPage, RunQuery, RunSummary } from '../../../protocol/runs.ts';
import { count } from '../../../words/numbers.ts';
import type { RunRows } from './runRows.ts';

export interface SelectionHost {
  rows: RunRows;
  list(query: RunQuery): Promise<RunPage>;
  query(): RunQuery;
  selected(): readonly string[];
  setSelected(runIds: string[]): void;
  say(text: string): void;
}

/** The maximum number of runs that can be selected or changed at once. */
export const mostSelected = 1000;

/** The focused row and the selected runs. Both refer to runs, not to rows, because rows move when new runs arrive. */
export class Selection {
  readonly #host: SelectionHost;
  #active = 0;
  #activeRun: string | null = null;
  /** The anchor of a range. */
  #anchor = 0;
  #asSet: { list: readonly string[]; set: ReadonlySet<string> } = { list: [], set: new Set() };
  #known = new Map<string, RunSummary>();
  /** Incremented with each range and each query: earlier responses are ignored. */
  #turn = 0;

  constructor(host: SelectionHost) {
    this.#host = host;
  }

  get active(): number {
    return this.#active;
  }

  get activeRun(): RunSummary | null {
    const row = this.#host.rows.at(this.#active);
    return row.kind === 'run' ? row.run : null;
  }

  has(runId: string): boolean {
    const list = this.#host.selected();
    if (this.#asSet.list !== list) this.#asSet = { list, set: new Set(list) };
    return this.#asSet.set.has(runId);
  }

  /** The runs that an action applies to: the selected ones, or else the focused one. Only runs that were loaded. */
  get targets(): readonly RunSummary[] {
    const selected = this.#host.selected();
    if (selected.length === 0) return this.activeRun ? [this.activeRun] : [];
    return selected.flatMap((runId) => this.#known.get(runId) ?? []);
  }

  activate(index: number, keepAnchor = false): void {
    this.#active = Math.max(0, Math.min(this.#host.rows.length - 1, index));
    this.#activeRun = this.activeRun?.runId ?? null;
    if (!keepAnchor) this.#anchor = this.#active;
  }

  /** Another query: focuses the first row, or a run that is contained in the result. */
  restart(runId: string | null): void {
    this.#turn++;
    this.#active = 0;
    this.#anchor = 0;
    this.#activeRun = runId;
  }

  moved(rows: number): void {
    this.#active = Math.max(0, this.#active + rows);
    this.#anchor = Math.max(0, this.#anchor + rows);
  }

  /** New rows: the focus stays on its run, and the selected runs are updated. */
  update(): void {
    const { rows } = this.#host;
    if (this.#activeRun !== null && this.activeRun?.runId !== this.#activeRun) {
      const at = rows.indexOf(this.#activeRun);
      if (at !== null) this.#active = at;
    }
    this.#active = Math.max(0, Math.min(rows.length - 1, this.#active));
    this.#activeRun ??= this.activeRun?.runId ?? null;
    if (this.#host.selected().length > 0) this.#remember(rows.loaded());
    else this.#known.clear();
  }

  toggle(runId: string): void {
    const at = this.#host.rows.indexOf(runId);
    if (at !== null) this.activate(at);
    const selected = this.#host.selected();
    if (!this.has(runId)) return this.#set([...selected, runId]);
    this.#set(selected.filter((one) => one !== runId));
  }

  /**
   * Selects the runs from the anchor to a row. Runs that are not loaded are fetched; with grouping, only those of open
   * groups.
   */
  async extendTo(index: number): Promise<void> {
    const { rows } = this.#host;
    this.activate(index, true);
    const [from, to] = [Math.min(this.#anchor, this.#active), Math.max(this.#anchor, this.#active)];
    const found = Array.from({ length: Math.min(mostSelected, to - from + 1) }, (_, i) => rows.at(from + i));
    this.#add(found.flatMap((row) => (row.kind === 'run' ? [row.run.runId] : [])));
    if (found.every((row) => row.kind !== 'waiting')) return;
    const turn = ++this.#turn;
    for (const part of rows.between(from, from + found.length - 1)) {
      const { runs } = await this.#host.list(part);
      // Another query or range was started in the meantime.
      if (turn !== this.#turn) return;
      this.#remember(runs, true);
      this.#add(runs.map((run) => run.runId));
    }
  }

  async all(): Promise<void> {
    const turn = ++this.#turn;
    const { runs, total } = await this.#host.list({ ...this.#host.query(), offset: 0, limit: mostSelected });
    if (turn !== this.#turn) return;
    this.#remember(runs, true);
    this.#set(runs.map((run) => run.runId));
    if (total > runs.length)
      this.#host.say(
        `Selected the first ${count(runs.length)} of ${count(total)} runs; the limit is ${count(mostSelected)}.`,
      );
  }

  #add(runIds: readonly string[]): void {
    this.#set([...new Set([...this.#host.selected(), ...runIds])].slice(0, mostSelected));
  }

  #set(runIds: string[]): void {
    this.#host.setSelected(runIds);
    this.#remember(this.#host.rows.loaded());
  }

  #remember(runs: Iterable<RunSummary>, all = false): void {
    for (const run of runs) if (all || this.has(run.runId)) this.#known.set(run.runId, run);
  }
}
