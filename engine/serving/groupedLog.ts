import { setImmediate as afterEvents, setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { lockedError, lockedMs, retryMs, writeWhenFree } from '../store/writeWhenFree.ts';
import {
  logPredictions,
  logRequestTimes,
  tryToLog,
  type AnsweredRequest,
  type LoggedPrediction,
  type LoggedRequest,
} from './predictionLog.ts';

interface Waiting {
  request: AnsweredRequest;
  rows: readonly LoggedPrediction[];
  since: number;
  resolve: (rows: LoggedRequest) => void;
  reject: (error: unknown) => void;
}

/** `waiting`: another process locks the store. `failing`: predictions could not be written, and cannot yet. */
export type LogState = { state: 'ok' } | { state: 'waiting' } | { state: 'failing'; error: string };

export interface GroupedLogOptions {
  /** Takes the error of times that could not be written; predictions reject. */
  onError?: (error: unknown) => void;
  /** The longest time that predictions wait for a locked store. */
  withinMs?: number;
}

/** Time that the time of an answered request may wait for a transaction, when no other request takes it along. */
const timesWaitMs = 250;
/** Most clients wait longer for an answer. */
const defaultWithinMs = 5000;
/** Time until a log that failed is tried again. */
const probeMs = 1000;

/**
 * Writes the predictions of requests that a model answers together in one transaction: a commit for each request takes
 * longer than its rows. The time of a request is known after its answer, and is written with the next ones. A locked
 * store is tried again, and the process answers other requests meanwhile.
 */
export class GroupedLog {
  readonly #store: Pick<Store, 'sql'>;
  readonly #onError: (error: unknown) => void;
  readonly #withinMs: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #isLocked = false;
  /** The predictions that could not be written, with the error. */
  #failed: { error: unknown; write: Pick<Waiting, 'request' | 'rows'> } | null = null;
  #probe: NodeJS.Timeout | null = null;
  #times: (LoggedRequest & { ms: number })[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(store: Pick<Store, 'sql'>, { onError, withinMs }: GroupedLogOptions = {}) {
    this.#store = store;
    this.#onError = onError ?? (() => {});
    this.#withinMs = withinMs ?? defaultWithinMs;
  }

  get state(): LogState {
    if (this.#failed) return { state: 'failing', error: messageOf(this.#failed.error) };
    return { state: this.#isLocked ? 'waiting' : 'ok' };
  }

  /** Resolves when the predictions are in the log; rejects when they could not be written. */
  write(request: AnsweredRequest, rows: readonly LoggedPrediction[]): Promise<LoggedRequest> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, rows, since: performance.now(), resolve, reject });
      this.#writing ??= this.#work().finally(() => {
        this.#writing = null;
      });
    });
  }

  /** Takes the time of a request that was answered. */
  answered(rows: LoggedRequest, ms: number): void {
    this.#times.push({ ...rows, ms });
    this.#timer ??= setTimeout(() => void this.#writeTimes(), timesWaitMs).unref();
  }

  /** Writes what waits, before the store closes. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#writeTimes();
    this.#recover();
  }

  async #writeTimes(): Promise<void> {
    const times = this.#takeTimes();
    if (times.length === 0) return;
    try {
      await writeWhenFree(this.#store.sql, () => logRequestTimes(this.#store, times), { withinMs: this.#withinMs });
    } catch (error) {
      this.#onError(error);
    }
  }

  #takeTimes(): (LoggedRequest & { ms: number })[] {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const times = this.#times;
    this.#times = [];
    return times;
  }

  async #work(): Promise<void> {
    // Requests that were answered together are here by then.
    await afterEvents();
    while (this.#waiting.length > 0) {
      this.#isLocked = !this.#writeGroup();
      if (!this.#isLocked) continue;
      this.#refuseOld();
      await wait(retryMs);
    }
    this.#isLocked = false;
  }

  /** Writes all that wait; false when another process locks the store. */
  #writeGroup(): boolean {
    const group = this.#waiting;
    const times = this.#takeTimes();
    const logged: LoggedRequest[] = [];
    let isWritten: boolean;
    try {
      isWritten = this.#store.sql.tryWrite(lockedMs, () => {
        if (times.length > 0) logRequestTimes(this.#store, times);
        for (const { request, rows } of group) logged.push(logPredictions(this.#store, request, rows));
      });
    } catch (error) {
      this.#waiting = [];
      this.#fail(error, group);
      return true;
    }
    if (!isWritten) {
      this.#times = [...times, ...this.#times];
      return false;
    }
    this.#waiting = [];
    this.#recover();
    for (const [i, { resolve }] of group.entries()) resolve(logged[i] ?? { first: 0 });
    return true;
  }

  #refuseOld(): void {
    const oldest = performance.now() - this.#withinMs;
    const old = this.#waiting.filter(({ since }) => since <= oldest);
    if (old.length === 0) return;
    this.#waiting = this.#waiting.filter(({ since }) => since > oldest);
    this.#fail(lockedError(this.#withinMs), old);
  }

  #fail(error: unknown, [first, ...others]: readonly Waiting[]): void {
    if (!first) return;
    this.#failed = { error, write: { request: first.request, rows: first.rows } };
    this.#probe ??= setInterval(() => this.#tryAgain(), probeMs).unref();
    for (const { reject } of [first, ...others]) reject(error);
  }

  /** Finds out whether the log can be written again: a server that answers 503 is not asked any more. */
  #tryAgain(): void {
    const { sql } = this.#store;
    try {
      if (!sql.isOpen() || !this.#failed || tryToLog(this.#store, this.#failed.write, lockedMs)) this.#recover();
    } catch (error) {
      if (this.#failed) this.#failed = { ...this.#failed, error };
    }
  }

  #recover(): void {
    this.#failed = null;
    if (this.#probe) clearInterval(this.#probe);
    this.#probe = null;
  }
}
