import type { RunPoint } from '../../../protocol/runs.ts';
import type { Field } from './fields.ts';

/** Remembers what a chart of runs was drawn from, so that it is drawn again only when something else is to be seen. */
export class Drawn {
  #runs: readonly RunPoint[] | null = null;
  #key = '';
  #values = '';

  /**
   * `key` is what the drawing depends on beside the runs' values of the fields. The same list of runs is not looked
   * through again.
   */
  isNew(runs: readonly RunPoint[], fields: readonly Field[], key: string): boolean {
    if (runs === this.#runs && key === this.#key) return false;
    const values = JSON.stringify(runs.map((run) => [run.name, ...fields.map((field) => field.value(run))]));
    const same = this.#runs !== null && key === this.#key && values === this.#values;
    this.#runs = runs;
    this.#key = key;
    this.#values = values;
    return !same;
  }

  forget(): void {
    this.#runs = null;
  }
}
