import type { RunDetail, RunPage, RunPoint, RunQuery, RunSummary } from '../../../protocol/runs.ts';
import { Loader } from '../../ui/frame/loadable.ts';
import type { PanelHost } from '../panels/panelHost.ts';
import { Refresher } from '../rows/refresher.ts';
import { OlderRuns } from './olderRuns.ts';
import { scopeQuery } from './scope.ts';
import type { Scope } from './scope.ts';

/** The newest runs are loaded with all their values; they determine the available axes. */
const first = 2000;
const againMs = 2000;

export interface Scoped {
  /** The newest runs, with all values. */
  known: readonly RunSummary[];
  /**
   * The newest and the older runs for a chart of some columns; the newest alone until the older ones are loaded. The
   * same list until it changes.
   */
  over(columns: readonly string[]): readonly RunPoint[];
  total: number;
  loading: boolean;
  /** The number of older runs loaded so far for the columns requested last. Null when nothing is missing. */
  missing(): { came: number } | null;
  error(): string | null;
}

/** The runs of a scope for charts that need only values of runs: fetched at once, and again when the store changes. */
export class ScopedRuns {
  readonly #host: PanelHost;
  readonly #loader: Loader<RunPage>;
  readonly #older: OlderRuns;
  readonly #again = new Refresher(() => this.#load(false), againMs);
  #asked = '';

  constructor(host: PanelHost) {
    this.#host = host;
    this.#loader = new Loader(() => host.paint());
    this.#older = new OlderRuns(
      (query, columns) => host.ask('runs/points', { query, columns: [...columns] }),
      () => host.paint(),
    );
  }

  of(scope: Scope, selected: readonly RunDetail[]): Scoped {
    const query = scopeQuery(scope, selected, this.#host.shown());
    if (query === null)
      return {
        known: selected,
        over: () => selected,
        total: selected.length,
        loading: false,
        missing: () => null,
        error: () => null,
      };
    const asked = JSON.stringify(query);
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#older.stop();
      void this.#load(true);
    }
    const { value, loading, error } = this.#loader.state;
    const known = value?.runs ?? [];
    const total = value?.total ?? 0;
    const over = (columns: readonly string[]): readonly RunPoint[] => {
      if (total <= known.length) return known;
      this.#older.need({ query, columns, offset: known.length });
      return this.#older.beside(known);
    };
    const missing = (): { came: number } | null =>
      total <= known.length || this.#older.state.whole ? null : { came: this.#older.state.came };
    return { known, over, total, loading, missing, error: () => error ?? this.#older.state.problem };
  }

  /** The scope changed: the next use fetches again. */
  rest(): void {
    this.#asked = '';
    this.#older.stop();
  }

  refresh(): void {
    if (this.#asked === '') return;
    this.#again.ask();
    this.#older.outdate();
  }

  #load(fresh: boolean): Promise<void> {
    const query = JSON.parse(this.#asked) as RunQuery;
    return this.#loader.load(() => this.#host.ask('runs/list', { ...query, offset: 0, limit: first }), fresh);
  }
}
