import { bytes as bytesText } from '../../words/sizes.ts';

/** Opening a file takes about as long as reading so many bytes. */
const bytesOfOpening = 20_000;
/** Milliseconds: progress that ends at once only flickers, and more often than this nobody sees it. */
const pace = { quietMs: 500, everyMs: 100 };

/** Tells how many of some files are hashed, once it takes long. */
export class HashingProgress {
  readonly #files: number;
  readonly #bytes: number;
  readonly #tell: (text: string, share: number) => void;
  #filesDone = 0;
  #bytesDone = 0;
  readonly #everyMs: number;
  #told: number;

  constructor(
    files: readonly { bytes: number }[],
    tell: (text: string, share: number) => void,
    { quietMs, everyMs } = pace,
  ) {
    this.#files = files.length;
    this.#bytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#tell = tell;
    this.#everyMs = everyMs;
    this.#told = performance.now() + quietMs - everyMs;
  }

  /** Some bytes of a file are read. */
  read(bytes: number): void {
    this.#bytesDone += bytes;
    this.#report();
  }

  /** A file is hashed. */
  done(): void {
    this.#filesDone++;
    this.#report();
  }

  #report(): void {
    const now = performance.now();
    if (now - this.#told < this.#everyMs) return;
    this.#told = now;
    const cost = (files: number, bytes: number) => files * bytesOfOpening + bytes;
    const count = (n: number) => n.toLocaleString('en-US');
    this.#tell(
      this.#files === 1
        ? `hashing ${bytesText(this.#bytesDone)} of ${bytesText(this.#bytes)}`
        : `hashing ${count(this.#filesDone)} of ${count(this.#files)} files`,
      Math.min(1, cost(this.#filesDone, this.#bytesDone) / Math.max(1, cost(this.#files, this.#bytes))),
    );
  }
}
