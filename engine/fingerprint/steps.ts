import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkCancelled } from '../base/errors.ts';

/** Milliseconds after which the process answers others. */
const stepMs = 50;

/** Long work in short steps, between which the process handles signals, requests and timers. */
export class Steps {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** True when the current step has taken long enough. */
  get isOver(): boolean {
    return performance.now() - this.#since > stepMs;
  }

  /** Lets the process do other things. Rejects with CancelledError. */
  async next(): Promise<void> {
    await nextTurn();
    checkCancelled(this.#signal);
    this.#since = performance.now();
  }
}
