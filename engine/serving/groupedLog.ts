import type { Store } from '../store/store.ts';
import {
  logPredictions,
  logRequestTimes,
  type AnsweredRequest,
  type LoggedPrediction,
  type LoggedRequest,
} from './predictionLog.ts';

interface Waiting {
  request: AnsweredRequest;
  rows: readonly LoggedPrediction[];
  resolve: (rows: LoggedRequest) => void;
  reject: (error: unknown) => void;
}

/** Time that the time of an answered request may wait for a transaction, when no other request takes it along. */
const timesWaitMs = 250;

/**
 * Writes the predictions of requests that a model answers together in one transaction: a commit for each request takes
 * longer than its rows. The time of a request is known after its answer, and is written with the next ones.
 */
export class GroupedLog {
  readonly #store: Pick<Store, 'sql'>;
  readonly #onError: (error: unknown) => void;
  #waiting: Waiting[] = [];
  #times: (LoggedRequest & { ms: number })[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `onError` takes the error of times that could not be written; predictions reject. */
  constructor(store: Pick<Store, 'sql'>, onError: (error: unknown) => void = () => {}) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Resolves when the predictions are in the log; rejects when they could not be written. */
  write(request: AnsweredRequest, rows: readonly LoggedPrediction[]): Promise<LoggedRequest> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ request, rows, resolve, reject });
    });
  }

  /** Takes the time of a request that was answered. */
  answered(rows: LoggedRequest, ms: number): void {
    this.#times.push({ ...rows, ms });
    this.#timer ??= setTimeout(() => this.flushTimes(), timesWaitMs).unref();
  }

  /** Writes the times that wait, before the store closes. */
  flushTimes(): void {
    const times = this.#takeTimes();
    if (times.length === 0) return;
    try {
      logRequestTimes(this.#store, times);
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

  #flush(): void {
    const group = this.#waiting;
    const times = this.#takeTimes();
    this.#waiting = [];
    const logged: LoggedRequest[] = [];
    try {
      this.#store.sql.write(() => {
        if (times.length > 0) logRequestTimes(this.#store, times);
        for (const { request, rows } of group) logged.push(logPredictions(this.#store, request, rows));
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const [i, { resolve }] of group.entries()) resolve(logged[i] ?? { first: 0 });
  }
}
