import type { ExperimentSummary } from '../../../protocol/lifeCycle.ts';
import type { RunColumns, RunSummary } from '../../../protocol/runs.ts';
import { Loader } from '../../ui/frame/loadable.ts';
import { declarePrimary } from '../../ui/primaryMetric.ts';
import { allColumns, columnOf, defaultIds, numberColumns } from './columns.ts';
import type { Available, Column } from './columns.ts';
import { shownIds } from './layout.ts';
import type { Layout } from './layout.ts';

export interface ShownColumnsHost {
  layout(): Layout;
  /** The experiment that the table is filtered by; null for all. */
  experiment(): string | null;
  /** The loaded runs. */
  runs(): Iterable<RunSummary>;
  paint(): void;
}

/** The available columns and the shown ones. Computed once per change, not once per frame. */
export class ShownColumns {
  readonly #host: ShownColumnsHost;
  readonly #known: Loader<RunColumns>;
  #experiments: ExperimentSummary[] = [];
  #available: readonly Available[] = allColumns(null);
  #columns: readonly Column[] = [];
  #numbers: ReadonlySet<string> = new Set();
  #version = 0;

  constructor(host: ShownColumnsHost) {
    this.#host = host;
    this.#known = new Loader(() => this.layOut());
  }

  get experiments(): ExperimentSummary[] {
    return this.#experiments;
  }

  /** All available columns. */
  get available(): readonly Available[] {
    return this.#available;
  }

  get columns(): readonly Column[] {
    return this.#columns;
  }

  /** True when a version number is ambiguous without the name of its model. */
  get severalModels(): boolean {
    return this.#known.state.value?.severalModels ?? false;
  }

  /** Names of the shown metrics. */
  get metrics(): string[] {
    return this.#columns.filter((column) => column.kind === 'metric').map((column) => column.title);
  }

  /** Incremented when the shown columns change. */
  get version(): number {
    return this.#version;
  }

  /** True when a column has numbers in the loaded runs. */
  isNumber(column: Column): boolean {
    return this.#numbers.has(column.id);
  }

  /** Loads the experiments and the available columns. */
  async load(experiments: () => Promise<ExperimentSummary[]>, columns: () => Promise<RunColumns>): Promise<void> {
    try {
      this.#experiments = await experiments();
    } catch {
      // The list of runs uses the same engine and shows its error.
    }
    await this.#known.load(columns);
  }

  layOut(): void {
    const before = this.#columns;
    const known = this.#known.state.value;
    declarePrimary(known?.primary ?? []);
    this.#available = allColumns(known);
    const several = this.#host.experiment() === null && this.#experiments.length > 1;
    this.#columns = shownIds(this.#host.layout(), defaultIds(this.#available, several)).map(columnOf);
    if (before.length !== this.#columns.length || before.some((column, at) => column !== this.#columns[at]))
      this.#version++;
    this.updateNumbers();
    this.#host.paint();
  }

  /** Other runs were loaded. */
  updateNumbers(): void {
    this.#numbers = numberColumns(this.#columns, this.#host.runs());
  }
}
