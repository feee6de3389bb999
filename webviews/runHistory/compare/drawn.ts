import type { RunPoint } from '../../../protocol/runs.ts';
import type { Field } from './fields.ts';

/** Remembers the inputs of a drawing, so that a chart is redrawn only when they change. */
export class Drawn {
  #runs: readonly RunPoint[] | null = null;
  #key = '';
  #values = '';

  /**
   * `key` is what the drawing depends on beside the field values of the runs. The same list of runs is not compared
   * again.
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
