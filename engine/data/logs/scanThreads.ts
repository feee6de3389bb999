import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { CancelledError, WorkError } from '../../base/errors.ts';
import type { LineScanner } from './lineScanner.ts';
import type { LineSlice } from './lineSlices.ts';
import type { ScanAnswer, ScanRequest, ScanSetup } from './scanThread/messages.ts';
import type { ScannedSlice } from './scannedSlice.ts';

/** Each thread holds one slice in memory. */
const mostThreads = 4;

/** Threads that scan slices of a log, and write them, at the same time. */
export class ScanThreads {
  /** Slices that can be scanned at once. */
  readonly count: number;
  readonly #idle: ScanThread[];
  readonly #all: readonly ScanThread[];
  readonly #waiting: ((thread: ScanThread) => void)[] = [];
  readonly #signal: AbortSignal;
  readonly #cancel = () => void this.close();

  private constructor(threads: readonly ScanThread[], signal: AbortSignal) {
    this.count = threads.length;
    this.#all = threads;
    this.#idle = [...threads];
    this.#signal = signal;
    signal.addEventListener('abort', this.#cancel, { once: true });
  }

  /** Starts as many threads as there are cores, at most four. Null when one thread does as well. */
  static start(setup: ScanSetup, signal: AbortSignal, cores = availableParallelism()): ScanThreads | null {
    const program = programPath();
    const count = Math.min(mostThreads, cores);
    if (program === null || count < 2 || signal.aborted) return null;
    return new ScanThreads(
      Array.from({ length: count }, () => new ScanThread(program, setup, signal)),
      signal,
    );
  }

  /**
   * Scans the whole lines `[from, end)` of a file, as soon as a thread is free; it is used until the slice is
   * released. Returns `changed` when the file was truncated or replaced.
   */
  async scan(
    { fd, from, end, path }: { fd: number; from: number; end: number; path: string },
    scanner: LineScanner,
  ): Promise<LineSlice | 'changed'> {
    const thread = this.#idle.pop() ?? (await new Promise<ScanThread>((resolve) => this.#waiting.push(resolve)));
    let isUsed = true;
    const release = () => {
      if (!isUsed) return;
      isUsed = false;
      thread.tell({ kind: 'release' });
      this.#free(thread);
    };
    try {
      const answer = await thread.ask({ kind: 'scan', fd, from, end });
      if (answer.kind !== 'scanned') {
        release();
        return 'changed';
      }
      const { lines, isFutile } = answer;
      const others = answer.others.map((other) => ({ ...other, text: bufferOf(other.text) }));
      const scanned: ScannedSlice = {
        scanner,
        lines,
        isFutile,
        others,
        write: async (path, part) => {
          const written = await thread.ask({ kind: 'write', path, part });
          if (written.kind !== 'written') throw ended();
          return written;
        },
        release,
      };
      return { ...answer.slice, path, scanned };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Ends the threads, also while they work. */
  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#cancel);
    await Promise.all(this.#all.map((thread) => thread.end()));
  }

  #free(thread: ScanThread): void {
    const next = this.#waiting.shift();
    if (next) next(thread);
    else this.#idle.push(thread);
  }
}

/** A thread that answers one request after the other. */
class ScanThread {
  readonly #worker: Worker;
  readonly #signal: AbortSignal;
  #asked: { resolve: (answer: ScanAnswer) => void; reject: (error: Error) => void } | null = null;
  /** Why the thread ended. */
  #fault: Error | null = null;

  constructor(program: string, setup: ScanSetup, signal: AbortSignal) {
    this.#signal = signal;
    // Options of this process, such as modules to load first, are not for the thread.
    this.#worker = new Worker(program, { workerData: setup, execArgv: [] });
    this.#worker.on('message', (answer: ScanAnswer) => {
      const asked = this.#asked;
      this.#asked = null;
      if (answer.kind !== 'failed') asked?.resolve(answer);
      else asked?.reject(Object.assign(new Error(answer.message), { name: answer.name, code: answer.code }));
    });
    this.#worker.on('error', (error) => this.#fail(ended(error)));
    this.#worker.on('exit', () => this.#fail(ended()));
  }

  /** Rejects when the request fails, or when the thread ends before it is answered. */
  ask(request: ScanRequest): Promise<ScanAnswer> {
    if (this.#fault) return Promise.reject(this.#fault);
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.tell(request);
    });
  }

  tell(request: ScanRequest): void {
    this.#worker.postMessage(request, []);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#fault ??= this.#signal.aborted ? new CancelledError() : error;
    this.#asked?.reject(this.#fault);
    this.#asked = null;
  }
}

function ended(cause?: unknown): WorkError {
  return new WorkError('A thread that reads the logs ended before its work was done. Run again.', { cause });
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The program beside the bundle, or beside this source. */
function programPath(): string | null {
  const folder = dirname(fileURLToPath(import.meta.url));
  return [join(folder, 'scanThread.cjs'), join(folder, 'scanThread/main.ts')].find((path) => existsSync(path)) ?? null;
}
