/** Milliseconds: what ends within a second needs no progress. */
const pace = { quietMs: 1000, everyMs: 100 };

/** Reports how many files were found or looked at, once it takes long. */
export class ListingProgress {
  readonly #tell: (text: string, share: number) => void;
  readonly #everyMs: number;
  #told: number;

  constructor(tell: (text: string, share: number) => void, { quietMs, everyMs } = pace) {
    this.#tell = tell;
    this.#everyMs = everyMs;
    this.#told = performance.now() + quietMs - everyMs;
  }

  /** Some names were listed; nobody knows how many are left. */
  listed(names: number): void {
    if (this.#isDue()) this.#tell(`listing files: ${count(names)}`, 0);
  }

  /** Of so many files this many were looked at. Cheap enough for each file. */
  looked(done: number, all: number): void {
    if (done % each === 0 && this.#isDue()) this.#tell(`looking at ${count(done)} of ${count(all)} files`, done / all);
  }

  #isDue(): boolean {
    const now = performance.now();
    if (now - this.#told < this.#everyMs) return false;
    this.#told = now;
    return true;
  }
}

/** Files between two looks at the clock. */
const each = 256;
const count = (n: number) => n.toLocaleString('en-US');
