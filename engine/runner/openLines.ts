import { rmSync, writeFileSync } from 'node:fs';
import type { Stream } from '../base/programOutput.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

/** The interval at which views read the file. */
const writeEveryMs = 500;

/**
 * The lines of a stage that have not ended or may still change. They are shown at once, and written beside the log for
 * processes that follow it.
 */
export class OpenLines {
  readonly #path: string;
  readonly #show: (rows: readonly string[]) => void;
  readonly #rows: Record<Stream, readonly string[]> = { stdout: [], stderr: [] };
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, show: (rows: readonly string[]) => void) {
    this.#path = path;
    this.#show = show;
  }

  show(rows: readonly string[], from: Stream): void {
    this.#rows[from] = rows;
    this.#show([...this.#rows.stdout, ...this.#rows.stderr]);
    this.#timer ??= setTimeout(() => this.#write(), writeEveryMs).unref();
  }

  /** The stage ended, and its lines with it. */
  end(): void {
    clearTimeout(this.#timer);
    this.#show([]);
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    this.#timer = undefined;
    try {
      if (this.#rows.stdout.length + this.#rows.stderr.length === 0) rmSync(this.#path, { force: true });
      else {
        writeFileSync(`${this.#path}.tmp`, JSON.stringify(this.#rows));
        // The next change writes it again.
        replaceFileSync(`${this.#path}.tmp`, this.#path, { patienceMs: 0 });
      }
    } catch {
      // The disk is full; the stage reports it.
    }
  }
}
