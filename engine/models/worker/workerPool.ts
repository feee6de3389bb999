// Longer than other files: starting, batching, deadlines and replacing a process share one state.
import { rmSync } from 'node:fs';
import { checkCancelled, CancelledError, DataError, WorkError, messageOf } from '../../base/errors.ts';
import type { Variables } from '../../base/programEnvironment.ts';
import type { Table } from '../../data/table.ts';
import type { FileRequest, ModelState, RawAnswers, TypedInput } from '../flavours/flavour.ts';
import { RowError } from '../rowError.ts';
import { sliceTable } from '../sliceTable.ts';
import { FaultError, WorkerEndedError, WorkerProcess } from './workerProcess.ts';
import {
  decodeAnswers,
  encodeRows,
  joinAnswers,
  sliceAnswers,
  type DescribeResult,
  type LoadRequest,
  type PredictResult,
  type WorkerFault,
} from './workerProtocol.ts';

/** Times in milliseconds, memory in bytes. */
export interface PoolLimits {
  loadMs: number;
  /** Time for an answer, without the time for each row. */
  predictMs: number;
  predictRowMs: number;
  /** Time between two reports of progress of a file. */
  scoreMs: number;
  /** Growth of the memory of a process, since it loaded the model, after which it is replaced. */
  growth: number;
  /** The first restart after a crash is immediate; the next waits this long, each further one twice as long. */
  backOffMs: number;
  longestBackOffMs: number;
}

export const poolLimits: PoolLimits = {
  loadMs: 300_000,
  predictMs: 60_000,
  predictRowMs: 10,
  scoreMs: 300_000,
  growth: 1 << 30,
  backOffMs: 250,
  longestBackOffMs: 30_000,
};

export interface PoolOptions {
  python: string;
  script: string;
  cwd: string;
  env: Variables;
  load: LoadRequest;
  log: (line: string) => void;
  /** Returns the text for a module that cannot be imported. */
  missingText: (module: string) => string;
  limits?: Partial<PoolLimits> | undefined;
}

/** Rows of concurrent requests that are sent together. */
const mostBatched = 4096;
/** Numbers in one request: 16 MB. */
const mostCells = 2_000_000;
/** Rows of a file in one step of the worker. */
const fileBatch = 65_536;
/** One worker answers rows. A second one is started only while a file occupies the first. */
const mostWorkers = 2;

interface Member {
  process: WorkerProcess;
  isReady: boolean;
  /** The current work; null when idle. */
  work: 'load' | 'rows' | 'file' | null;
  layouts: Set<number>;
  /** Memory after loading; null until it is known. */
  loadedMemory: number | null;
  /** Its memory has grown too much: it is stopped once another is ready. */
  isGrown: boolean;
}

interface PendingRows {
  table: Table;
  inputs: readonly TypedInput[];
  layout: number;
  /** Must not be sent together with others, one of which failed. */
  isAlone: boolean;
  /** Was held by a process that someone killed: another process answers it, once. */
  isRetried: boolean;
  since: number;
  signal: AbortSignal | undefined;
  resolve: (answers: RawAnswers) => void;
  reject: (error: Error) => void;
}

interface PendingFile {
  request: FileRequest;
  layout: number;
  resolve: (canRead: boolean) => void;
  reject: (error: Error) => void;
}

/**
 * Owns the worker processes of one model: starts them when needed, keeps them warm, replaces those that end or grow.
 * Rows that arrive while the worker is busy are sent together as its next request. A process that ends fails only the
 * requests that it holds; when someone killed it, as the system does when memory is short, another process answers them. Errors: DataError when the rows are at fault, WorkError when the model or its environment is.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #limits: PoolLimits;
  readonly #members = new Set<Member>();
  readonly #layouts = new Map<string, number>();
  readonly #layoutsByInputs = new WeakMap<readonly TypedInput[], number>();
  readonly #rows: PendingRows[] = [];
  readonly #files: PendingFile[] = [];
  /** Processes that ended since the last answer. */
  #crashes = 0;
  #restart: NodeJS.Timeout | null = null;
  /** Why the last start failed; null since a start succeeded. */
  #startError: string | null = null;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#limits = { ...poolLimits, ...options.limits };
  }

  /** Process ids, for tests and reports. */
  get pids(): number[] {
    return [...this.#members].flatMap(({ process: { pid } }) => (pid === undefined ? [] : [pid]));
  }

  /** Whether a worker answers. Starts one when there is none, so that a repaired environment is noticed. */
  state(): ModelState {
    const members = [...this.#members];
    if (members.some(({ isReady }) => isReady)) return { state: 'ready', error: null };
    if (members.length === 0 && !this.#restart && !this.#isClosed) this.#startLater();
    return { state: this.#startError === null ? 'starting' : 'failed', error: this.#startError };
  }

  /** Starts a worker, loads the model and describes it. `packages` are those whose versions are asked for. */
  async describe(packages: readonly string[]): Promise<DescribeResult> {
    const member = await this.#start();
    try {
      return (await member.process.request(
        { op: 'describe', packages: [...packages] },
        { what: 'description', deadlineMs: this.#limits.loadMs },
      )) as DescribeResult;
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** Answers the rows of a table. Large tables are sent in parts. */
  async predict(table: Table, inputs: readonly TypedInput[], signal?: AbortSignal): Promise<RawAnswers> {
    const step = Math.max(1, Math.floor(mostCells / Math.max(1, inputs.length)));
    if (table.rows <= step) return this.#predict(table, inputs, signal);
    const parts: RawAnswers[] = [];
    for (let from = 0; from < table.rows; from += step) {
      try {
        parts.push(await this.#predict(sliceTable(table, from, from + step), inputs, signal));
      } catch (error) {
        if (error instanceof RowError) throw new RowError(error.row + from, error.reason);
        throw error;
      }
    }
    return joinAnswers(parts);
  }

  #predict(table: Table, inputs: readonly TypedInput[], signal?: AbortSignal): Promise<RawAnswers> {
    return new Promise((resolve, reject) => {
      checkCancelled(signal);
      const pending: PendingRows = {
        table,
        inputs,
        layout: this.#layoutOf(inputs),
        isAlone: false,
        isRetried: false,
        since: performance.now(),
        signal,
        resolve,
        reject,
      };
      if (signal) {
        const onAbort = () => {
          const at = this.#rows.indexOf(pending);
          if (at >= 0) this.#rows.splice(at, 1);
          reject(new CancelledError());
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const ended = () => signal.removeEventListener('abort', onAbort);
        pending.resolve = (answers) => (ended(), resolve(answers));
        pending.reject = (error) => (ended(), reject(error));
      }
      this.#rows.push(pending);
      this.#next();
    });
  }

  /**
   * Scores a file. Returns false when the Python of the model has no package that reads Parquet. Cancelling ends the
   * worker that reads it.
   */
  score(request: FileRequest): Promise<boolean> {
    return new Promise((resolve, reject) => {
      checkCancelled(request.signal);
      this.#files.push({ request, layout: this.#layoutOf(request.inputs), resolve, reject });
      this.#next();
    });
  }

  /** Ends the workers. Requests that wait are refused; those in work are answered when that takes at most 2 s. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#restart) clearTimeout(this.#restart);
    this.#refuseAll(new CancelledError('the model was closed'));
    await Promise.all([...this.#members].map(({ process: worker }) => worker.stop()));
  }

  #layoutOf(inputs: readonly TypedInput[]): number {
    const known = this.#layoutsByInputs.get(inputs);
    if (known !== undefined) return known;
    const key = JSON.stringify(inputs.map(({ name, type }) => [name, type]));
    const layout = this.#layouts.get(key) ?? this.#layouts.size + 1;
    this.#layouts.set(key, layout);
    this.#layoutsByInputs.set(inputs, layout);
    return layout;
  }

  /** Gives waiting work to an idle worker; starts one when there is none. */
  #next(): void {
    for (;;) {
      if (this.#isClosed || (this.#rows.length === 0 && this.#files.length === 0)) return;
      const idle = [...this.#members].find((member) => member.isReady && member.work === null);
      if (!idle) break;
      // Rows go first: they are short.
      if (this.#rows.length > 0) void this.#answerRows(idle);
      else if (!this.#startsScoring(idle)) return;
    }
    const members = [...this.#members];
    const isStarting = members.some((member) => !member.isReady);
    const allHaveFiles = members.every((member) => member.work === 'file');
    if (!isStarting && allHaveFiles && members.length < mostWorkers && !this.#restart) this.#startLater();
  }

  #startsScoring(member: Member): boolean {
    const file = this.#files.shift();
    if (!file) return false;
    void this.#scoreFile(member, file);
    return true;
  }

  #startLater(): void {
    const wait =
      this.#crashes < 2
        ? 0
        : Math.min(this.#limits.longestBackOffMs, this.#limits.backOffMs * 2 ** (this.#crashes - 2));
    const start = () => {
      this.#restart = null;
      // When it cannot be started, all that waits would fail too.
      this.#start().then(
        () => this.#next(),
        (error: unknown) => this.#refuseAll(error instanceof Error ? error : new WorkError(messageOf(error))),
      );
    };
    if (wait === 0) start();
    else this.#restart = setTimeout(start, wait);
  }

  /** Starts a process and loads the model. */
  async #start(): Promise<Member> {
    const { options, limits } = { options: this.#options, limits: this.#limits };
    const member: Member = {
      process: new WorkerProcess({
        ...options,
        onEnd: () => {
          this.#members.delete(member);
          if (!this.#isClosed && !member.isGrown) this.#crashes++;
          this.#next();
        },
        onMemory: (bytes) => this.#measure(member, bytes),
      }),
      isReady: false,
      work: 'load',
      layouts: new Set(),
      loadedMemory: null,
      isGrown: false,
    };
    this.#members.add(member);
    try {
      await member.process.request({ op: 'load', ...options.load }, { what: 'model', deadlineMs: limits.loadMs });
    } catch (error) {
      this.#members.delete(member);
      member.process.kill();
      const explained = this.#explained(error);
      this.#startError = explained.message;
      throw explained;
    }
    this.#startError = null;
    member.isReady = true;
    member.work = null;
    return member;
  }

  #measure(member: Member, bytes: number): void {
    if (member.loadedMemory === null) {
      member.loadedMemory = bytes;
      return;
    }
    // A model that doubles its memory at first may only have warmed up.
    const most = Math.max(this.#limits.growth, Math.min(member.loadedMemory, 4 * this.#limits.growth));
    if (member.isGrown || bytes - member.loadedMemory < most) return;
    member.isGrown = true;
    const grown = Math.round((bytes - member.loadedMemory) / (1 << 20));
    this.#options.log(`the memory of the model grew by ${grown} MB; its process is replaced`);
    // The old process answers until the new one is ready.
    this.#start().then(
      () => this.#retire(member),
      (error: unknown) => {
        member.isGrown = false;
        member.loadedMemory = bytes;
        this.#options.log(`the process could not be replaced: ${messageOf(error)}`);
      },
    );
  }

  #retire(member: Member): void {
    member.isReady = false;
    this.#members.delete(member);
    // The worker reads `stop` after the request that it works on.
    void member.process.stop();
    this.#next();
  }

  async #answerRows(member: Member): Promise<void> {
    const batch = this.#takeBatch();
    const [first] = batch;
    if (!first) return;
    const rows = batch.reduce((sum, { table }) => sum + table.rows, 0);
    member.work = 'rows';
    try {
      this.#tell(member, first.layout, first.inputs);
      const encoded = encodeRows(
        batch.map(({ table }) => table),
        first.inputs,
      );
      const result = (await member.process.request(
        { op: 'predict', layout: first.layout, locate: batch.length === 1, ...encoded },
        {
          what: rows === 1 ? 'answer for a row' : `answers for ${rows} rows`,
          deadlineMs: this.#limits.predictMs + rows * this.#limits.predictRowMs,
        },
      )) as PredictResult;
      this.#crashes = 0;
      this.#free(member);
      const answers = decodeAnswers(result, rows);
      if (batch.length === 1) first.resolve(answers);
      else {
        let from = 0;
        for (const { table, resolve } of batch) resolve(sliceAnswers(answers, from, (from += table.rows)));
      }
    } catch (error) {
      this.#free(member);
      const again =
        error instanceof WorkerEndedError && error.wasKilled ? batch.filter(({ isRetried }) => !isRetried) : [];
      for (const one of again) one.isRetried = true;
      this.#rows.unshift(...again);
      const failed = batch.filter((one) => !again.includes(one));
      // A row of one request must not fail the others.
      if (batch.length > 1 && !(error instanceof WorkerEndedError))
        this.#rows.unshift(...batch.map((one) => Object.assign(one, { isAlone: true })));
      else for (const { reject } of failed) reject(this.#explained(error));
    }
    this.#next();
  }

  /** Takes the requests that are sent next: the first one, and those after it with the same columns. */
  #takeBatch(): PendingRows[] {
    const batch: PendingRows[] = [];
    let rows = 0;
    while (this.#rows.length > 0) {
      const [next] = this.#rows;
      const [first] = batch;
      if (!next) break;
      if (first && (first.isAlone || next.isAlone || next.layout !== first.layout)) break;
      if (first && rows + next.table.rows > mostBatched) break;
      this.#rows.shift();
      batch.push(next);
      rows += next.table.rows;
    }
    return batch;
  }

  async #scoreFile(member: Member, { request, layout, resolve, reject }: PendingFile): Promise<void> {
    member.work = 'file';
    const onAbort = () => member.process.kill('it was cancelled');
    request.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.#tell(member, layout, request.inputs);
      await member.process.request(
        { op: 'score', layout, input: request.input, output: request.output, batch: fileBatch },
        { what: 'answers for the next rows of a file', deadlineMs: this.#limits.scoreMs, onProgress: request.onRows },
      );
      this.#crashes = 0;
      resolve(true);
    } catch (error) {
      if (error instanceof FaultError && error.fault.module === 'pyarrow') resolve(false);
      else reject(request.signal?.aborted ? new CancelledError() : this.#explained(error));
    } finally {
      request.signal?.removeEventListener('abort', onAbort);
      // A process that was ended leaves what it had written.
      rmSync(`${request.output}.part`, { force: true });
      this.#free(member);
      this.#next();
    }
  }

  #free(member: Member): void {
    if (member.work !== 'load') member.work = null;
  }

  #tell(member: Member, layout: number, inputs: readonly TypedInput[]): void {
    if (member.layouts.has(layout)) return;
    member.layouts.add(layout);
    member.process.layout(layout, inputs);
  }

  #refuseAll(error: Error): void {
    for (const { reject } of [...this.#rows.splice(0), ...this.#files.splice(0)]) reject(error);
  }

  #explained(error: unknown): Error {
    if (!(error instanceof FaultError)) return error instanceof Error ? error : new WorkError(messageOf(error));
    return faultError(error.fault, this.#options.missingText);
  }
}

function faultError({ kind, message, row, module }: WorkerFault, missingText: (module: string) => string): Error {
  if (kind === 'missing' && module !== undefined) return new WorkError(missingText(module).trim());
  if (kind === 'rows') return row === undefined ? new DataError(message) : new RowError(row, message);
  return new WorkError(message);
}
