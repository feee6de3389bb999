/**
 * Repeats a task on request, never twice at the same time. After each execution it pauses for as long as the execution
 * took, so that frequent changes leave capacity in the engine and the page.
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
      // Each part of the task shows its own error.
    });
    const rest = Math.max(this.#leastMs, performance.now() - began);
    setTimeout(() => {
      this.#busy = false;
      if (this.#again) void this.#turn();
    }, rest);
  }
}
