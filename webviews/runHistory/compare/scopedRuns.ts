import type { RunDetail, RunPage, RunSummary } from '../../../protocol/runs.ts';
import { Loader } from '../../ui/loadable.ts';
import type { PanelHost } from '../panelHost.ts';
import { Refresher } from '../refresher.ts';
import { scopeQuery } from './scope.ts';
import type { Scope } from './scope.ts';

/** So many runs are drawn at most: the newest. */
const most = 2000;
const againMs = 2000;

export interface Scoped {
  runs: readonly RunSummary[];
  /** Runs that there are, beyond those that came. */
  more: number;
  loading: boolean;
  error: string | null;
}

/** The runs of a scope for charts that need no more of a run than a row of the table: asked for at once, and again when the store changes. */
export class ScopedRuns {
  readonly #host: PanelHost;
  readonly #loader: Loader<RunPage>;
  readonly #again = new Refresher(() => this.#load(false), againMs);
  #asked = '';

  constructor(host: PanelHost) {
    this.#host = host;
    this.#loader = new Loader(() => host.paint());
  }

  of(scope: Scope, selected: readonly RunDetail[]): Scoped {
    const query = scopeQuery(scope, selected, this.#host.shown());
    if (query === null) return { runs: selected, more: 0, loading: false, error: null };
    const asked = JSON.stringify(query);
    if (asked !== this.#asked) {
      this.#asked = asked;
      void this.#load(true);
    }
    const { value, loading, error } = this.#loader.state;
    return { runs: value?.runs ?? [], more: value ? value.total - value.runs.length : 0, loading, error };
  }

  /** Something else is looked at: the next look asks anew. */
  rest(): void {
    this.#asked = '';
  }

  refresh(): void {
    if (this.#asked !== '') this.#again.ask();
  }

  #load(fresh: boolean): Promise<void> {
    const query = JSON.parse(this.#asked) as object;
    return this.#loader.load(() => this.#host.ask('runs/list', { ...query, offset: 0, limit: most }), fresh);
  }
}
