import type { Store } from '../store/store.ts';
import { logPredictions, type AnsweredRequest, type LoggedPrediction } from './predictionLog.ts';

interface Waiting {
  request: AnsweredRequest;
  rows: readonly LoggedPrediction[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Writes the predictions of requests that a model answers together in one transaction: a commit for each request takes
 * longer than its rows.
 */
export class GroupedLog {
  readonly #store: Pick<Store, 'sql'>;
  #waiting: Waiting[] = [];

  constructor(store: Pick<Store, 'sql'>) {
    this.#store = store;
  }

  /** Resolves when the predictions are in the log; rejects when they could not be written. */
  write(request: AnsweredRequest, rows: readonly LoggedPrediction[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ request, rows, resolve, reject });
    });
  }

  #flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    try {
      this.#store.sql.write(() => {
        for (const { request, rows } of group) logPredictions(this.#store, request, rows);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { resolve } of group) resolve();
  }
}
