import { messageOf } from './messageOf.ts';

/** The state of a request: an error keeps the last good value, so that a view never becomes empty. */
export interface Loadable<T> {
  value: T | null;
  loading: boolean;
  error: string | null;
}

export function nothing<T>(): Loadable<T> {
  return { value: null, loading: false, error: null };
}

/** Loads into a slot; a response that arrives after a newer request is dropped. */
export class Loader<T> {
  readonly #changed: () => void;
  #state: Loadable<T> = nothing();
  #turn = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get state(): Loadable<T> {
    return this.#state;
  }

  /** `fresh` discards the old value, for requests about another subject. */
  async load(ask: () => Promise<T>, fresh = false): Promise<void> {
    const turn = ++this.#turn;
    this.#state = { value: fresh ? null : this.#state.value, loading: true, error: fresh ? null : this.#state.error };
    this.#changed();
    try {
      const value = await ask();
      if (turn !== this.#turn) return;
      this.#state = { value, loading: false, error: null };
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#state = {
        value: this.#state.value,
        loading: false,
        error: messageOf(error),
      };
    }
    this.#changed();
  }

  clear(): void {
    this.#turn++;
    this.#state = nothing();
  }
}
