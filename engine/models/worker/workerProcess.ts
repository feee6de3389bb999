import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { messageOf, WorkError } from '../../base/errors.ts';
import { descendantsOf, signalAll } from '../../base/processTree.ts';
import type { Variables } from '../../base/programEnvironment.ts';
import type { WorkerFault, WorkerMessage, WorkerRequest } from './workerProtocol.ts';

export interface ProcessOptions {
  /** Absolute path of the interpreter. */
  python: string;
  /** Absolute path of helper/worker.py. */
  script: string;
  cwd: string;
  env: Variables;
  /** Receives each line that the model prints. */
  log: (line: string) => void;
  /** Called once, when the process has ended. */
  onEnd: () => void;
  /** Called with the resident memory in bytes, at times. */
  onMemory: (bytes: number) => void;
}

/** The worker answered a request with an error. */
export class FaultError extends Error {
  readonly fault: WorkerFault;
  constructor(fault: WorkerFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** The process ended before it answered. */
export class WorkerEndedError extends WorkError {
  override name = 'WorkerEndedError';
  /** True when someone else killed the process: the system that was short of memory, or a person. */
  readonly wasKilled: boolean;
  constructor(message: string, wasKilled: boolean) {
    super(message);
    this.wasKilled = wasKilled;
  }
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  /** The work, for errors: `the answer for 3 rows`. */
  what: string;
  deadlineMs: number;
  timer: NodeJS.Timeout;
  onProgress: ((rows: number) => void) | undefined;
}

const isWindows = process.platform === 'win32';
/** Time that a process has to end after `stop`. */
const graceMs = 2000;
const keptLines = 20;

const running = new Set<WorkerProcess>();

/** One listener for all of them: an owner may have many. */
function endsWithOwner(worker: WorkerProcess): void {
  if (!process.listeners('exit').includes(endAll)) process.on('exit', endAll);
  running.add(worker);
}

function endAll(): void {
  for (const worker of running) worker.kill();
}

/** One process of helper/worker.py. Does not keep this process running while it is idle. */
export class WorkerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, Waiting>();
  readonly #options: ProcessOptions;
  readonly #lastLines: string[] = [];
  readonly #ended: Promise<void>;
  #parts: Buffer[] = [];
  #nextId = 1;
  #isEnded = false;
  /** The reason why this process was killed by its owner. */
  #killedFor: string | null = null;

  /** Starts the process. The first request fails when it cannot be started. */
  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#child = spawn(options.python, ['-u', options.script], {
      cwd: options.cwd,
      env: options.env,
      // Ctrl+C in a terminal reaches the owner only, which answers what is open and then stops this process.
      detached: !isWindows,
      windowsHide: true,
      stdio: 'pipe',
    });
    endsWithOwner(this);
    this.#ended = new Promise((resolve) => {
      const end = (how: string, wasKilled = false) => {
        if (this.#isEnded) return;
        this.#isEnded = true;
        running.delete(this);
        this.#failAll(how, wasKilled);
        options.onEnd();
        resolve();
      };
      this.#child.once('error', (error) => end(`could not be started: ${messageOf(error)}`));
      this.#child.once('close', (code, signal) =>
        end(
          signal ? `was ended by ${signal}` : `ended with exit code ${code}`,
          this.#killedFor === null && (signal === 'SIGKILL' || signal === 'SIGTERM'),
        ),
      );
    });
    // A process that ends between two writes is reported by `close`.
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    createInterface({ input: this.#child.stderr, crlfDelay: Infinity }).on('line', (line) => {
      // A crash in C lists hundreds of modules.
      if (line.startsWith('Extension modules: ')) return;
      this.#lastLines.push(line);
      if (this.#lastLines.length > keptLines) this.#lastLines.shift();
      options.log(line);
    });
    this.#child.unref();
    this.#hold();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Sends a request and resolves with its result. Rejects with FaultError when the worker answers with an error, and
   * with WorkerEndedError when the process ends or the deadline passes, which ends the process. Progress starts the
   * deadline again.
   */
  request(
    request: WorkerRequest,
    options: { what: string; deadlineMs: number; onProgress?: ((rows: number) => void) | undefined },
  ): Promise<unknown> {
    const { what, deadlineMs, onProgress } = options;
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const timer = setTimeout(() => this.#overdue(what, deadlineMs), deadlineMs);
      this.#waiting.set(id, { resolve, reject, what, deadlineMs, timer, onProgress });
      if (this.#isEnded) this.#failAll('had ended', true);
      else {
        this.#hold();
        this.#child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
      }
    });
  }

  /** Names the columns of later requests. */
  layout(layout: number, inputs: readonly { name: string; type: string }[]): void {
    this.#child.stdin.write(`${JSON.stringify({ op: 'layout', layout, inputs })}\n`);
  }

  /** Lets the process end after its requests; kills it when that takes too long. */
  async stop(): Promise<void> {
    if (this.#isEnded) return;
    this.#child.ref();
    this.#child.stdin.end('{"op":"stop"}\n');
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends the process and those that it started, now. */
  kill(why?: string): void {
    if (this.#isEnded) return;
    this.#killedFor ??= why ?? null;
    const { pid } = this.#child;
    if (pid === undefined) return;
    const tree = descendantsOf(pid);
    try {
      if (isWindows) spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // The group has already ended.
    }
    signalAll(tree, 'SIGKILL');
  }

  #overdue(what: string, deadlineMs: number): void {
    this.kill(`it gave no ${what} within ${Math.round(deadlineMs / 100) / 10} s`);
  }

  /** Reads lines; a long one arrives in many parts. */
  #read(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#parts.push(chunk.subarray(from, end));
      const line = this.#parts.length === 1 ? (this.#parts[0] ?? chunk) : Buffer.concat(this.#parts);
      this.#parts = [];
      from = end + 1;
      // The worker writes ASCII.
      this.#take(JSON.parse(line.toString('latin1')) as WorkerMessage);
    }
    if (from < chunk.length) this.#parts.push(chunk.subarray(from));
  }

  #take({ id, result, error, progress, memory }: WorkerMessage): void {
    const waiting = this.#waiting.get(id);
    if (waiting && progress !== undefined) {
      waiting.timer.refresh();
      waiting.onProgress?.(progress);
      return;
    }
    if (waiting) {
      clearTimeout(waiting.timer);
      this.#waiting.delete(id);
      this.#hold();
    }
    if (memory !== undefined) this.#options.onMemory(memory);
    if (error) waiting?.reject(new FaultError(error));
    else waiting?.resolve(result);
  }

  #failAll(how: string, wasKilled: boolean): void {
    const last = this.#lastLines.filter((line) => line.trim() !== '');
    const lines = last.length === 0 ? '' : ` Its last lines:\n${last.join('\n')}`;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) {
      clearTimeout(one.timer);
      const text = this.#killedFor
        ? `The Python process of the model was ended: ${this.#killedFor}.`
        : `The Python process of the model ${how} before it gave ${one.what}.`;
      one.reject(new WorkerEndedError(`${text}${lines}`, wasKilled));
    }
    this.#hold();
  }

  /** Keeps this process running while a request is open. */
  #hold(): void {
    const streams = [this.#child.stdin, this.#child.stdout, this.#child.stderr] as unknown as Socket[];
    for (const stream of streams) {
      if (this.#waiting.size > 0) stream.ref();
      else stream.unref();
    }
  }
}
