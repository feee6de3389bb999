const calmMs = 180_000;
const limit = 5;

/** How long to wait before a crashed child is started again; null when it crashed too often in three minutes. */
export class BackOff {
  readonly #firstMs: number;
  #crashes: number[] = [];

  constructor(firstMs = 500) {
    this.#firstMs = firstMs;
  }

  crashed(now = Date.now()): number | null {
    this.#crashes = [...this.#crashes.filter((at) => now - at < calmMs), now];
    return this.#crashes.length > limit ? null : this.#firstMs * 2 ** (this.#crashes.length - 1);
  }

  reset(): void {
    this.#crashes = [];
  }
}
