import { html } from 'lit';
import type { TemplateResult } from 'lit';
import { Loader } from '../../ui/frame/loadable.ts';
import { errorBar, skeleton } from '../../ui/pieces.ts';

export type Charts = typeof import('./charts.ts');

/** The drawings of ECharts, loaded when one is first to be seen. */
export class LazyCharts {
  readonly #loader: Loader<Charts>;

  constructor(changed: () => void) {
    this.#loader = new Loader(changed);
  }

  /** The drawings once they are here; the first time it asks for them. */
  get value(): Charts | null {
    const { value, loading, error } = this.#loader.state;
    if (value === null && !loading && error === null) this.#load();
    return value;
  }

  /** What stands in their place until then. */
  waiting(): TemplateResult {
    const { error } = this.#loader.state;
    return error === null
      ? skeleton(8)
      : html`${errorBar(`The charts could not be loaded: ${error}`, () => this.#load())}`;
  }

  #load(): void {
    void this.#loader.load(() => import('./charts.ts'));
  }
}
