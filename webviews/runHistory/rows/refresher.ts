/**
 * Does a piece of work again whenever it is asked to, never twice at once and not more than a share of the time: after
 * each turn it rests as long as the turn took, so that a storm of changes leaves the engine and the page room for the
 * person.
 */
export class Refresher {
  readonly #work: () => Promise<void>;
  readonly #leastMs: number;
  #busy = false;
  #again = false;

  constructor(work: () => Promise<void>, leastMs: number) {
    this.#work = work;
    this.#leastMs = leastMs;
  }

  ask(): void {
    if (this.#busy) this.#again = true;
    else void this.#turn();
  }

  async #turn(): Promise<void> {
    this.#busy = true;
    this.#again = false;
    const began = performance.now();
    await this.#work().catch(() => {
      // Each part of the work shows its own error.
    });
    const rest = Math.max(this.#leastMs, performance.now() - began);
    setTimeout(() => {
      this.#busy = false;
      if (this.#again) void this.#turn();
    }, rest);
  }
}
