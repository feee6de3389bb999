import { html } from 'lit';
import type { TemplateResult } from 'lit';
import { Loader } from '../../ui/frame/loadable.ts';
import { errorBar, skeleton } from '../../ui/pieces.ts';

export type Charts = typeof import('./charts.ts');

/** The ECharts drawings, loaded on first use. */
export class LazyCharts {
  readonly #loader: Loader<Charts>;

  constructor(changed: () => void) {
    this.#loader = new Loader(changed);
  }

  /** The drawings if they are loaded; the first call loads them. */
  get value(): Charts | null {
    const { value, loading, error } = this.#loader.state;
    if (value === null && !loading && error === null) this.#load();
    return value;
  }

  /** The placeholder until then. */
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
