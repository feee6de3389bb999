import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../base/errors.ts';
import type { DeploymentColumns } from './deploymentColumns.ts';
import type { GroupedLog } from './groupedLog.ts';
import type { AnsweredRequest, LoggedPrediction } from './predictionLog.ts';
import { predictRows } from './predictRows.ts';
import type { ServingModel } from './servingModel.ts';

/** A request that the deployment has answered. */
export interface AnsweredRows {
  request: AnsweredRequest;
  rows: readonly unknown[];
  /** Time and key of each row, as they were logged. */
  logged: readonly Pick<LoggedPrediction, 'at' | 'key'>[];
}

export interface ShadowOptions {
  model: ServingModel;
  /** Where its predictions are written. */
  predictions: GroupedLog;
  columns: DeploymentColumns;
  onLog: (line: string) => void;
}

const noPrediction = { features: {}, score: null, prediction: null };

/** A shadow that is slower than the requests leaves out those beyond these. */
const mostWaiting = 1000;
const timeoutMs = 60_000;
const closingMs = 5000;
/** Time until a model without a version, or one that could not be loaded, is tried again. */
const retryMs = 5000;

/**
 * Scores the requests of a deployment with a second model, after their answers and one after the other. Its predictions
 * are logged and never sent; an error is logged too.
 */
export class Shadow {
  readonly #options: ShadowOptions;
  readonly #waiting: AnsweredRows[] = [];
  readonly #stop = new AbortController();
  #working: Promise<void> | null = null;
  #isLoaded = false;
  #tryAt = 0;
  #leftOut = 0;
  #lastError = '';

  constructor(options: ShadowOptions) {
    this.#options = options;
  }

  /** The version that scores; null while there is none. */
  version(): { model: string; model_version: number } | null {
    if (!this.#isLoaded) return null;
    const { model, version } = this.#options.model.current().version;
    return { model, model_version: version };
  }

  /** Loads the model. A shadow without a version waits for one. */
  async load(): Promise<void> {
    if (this.#isLoaded || Date.now() < this.#tryAt) return;
    try {
      const { version } = await this.#options.model.load();
      this.#isLoaded = true;
      this.#options.onLog(`\`${version.model}\` v${version.version} shadows the answers`);
    } catch (error) {
      this.#tryAt = Date.now() + retryMs;
      this.#report(messageOf(error));
    }
  }

  /** Takes a request that was answered; returns at once. */
  take(answered: AnsweredRows): void {
    if (this.#stop.signal.aborted) return;
    if (this.#waiting.length >= mostWaiting) {
      if (this.#leftOut++ % mostWaiting === 0)
        this.#options.onLog(`the shadow is slower than the requests; ${this.#leftOut} were not scored by it`);
      return;
    }
    this.#waiting.push(answered);
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  /** Scores what is waiting, for a few seconds at most, and closes the model. */
  async close(): Promise<void> {
    if (this.#working) await Promise.race([this.#working, wait(closingMs, undefined, { ref: false })]);
    this.#stop.abort();
    await this.#working;
    await this.#options.model.close();
  }

  async #work(): Promise<void> {
    for (;;) {
      // The answer is sent first.
      await new Promise(setImmediate);
      const next = this.#waiting.shift();
      if (!next || this.#stop.signal.aborted) return;
      await this.load();
      if (this.#isLoaded) await this.#score(next).catch((error: unknown) => this.#report(messageOf(error)));
    }
  }

  async #score({ request, rows, logged }: AnsweredRows): Promise<void> {
    const { model, predictions: log, columns } = this.#options;
    await model.answer(async (served) => {
      const { version } = served;
      // After a promotion, both aliases may name one version.
      if (version.model === request.model && version.version === request.version) return;
      const by: AnsweredRequest = { ...request, model: version.model, version: version.version, role: 'shadow' };
      const start = performance.now();
      try {
        const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(timeoutMs)]);
        const { predictions, refused } = await predictRows(served.model, version.report, rows, null, signal);
        const predictMs = performance.now() - start;
        const [firstRefused] = refused;
        if (firstRefused) this.#report(`row ${firstRefused[0]}: ${firstRefused[1]}`);
        await log.write(
          by,
          predictions.map((predicted, i): LoggedPrediction => {
            const at = logged[i]?.at ?? Date.now();
            const key = logged[i]?.key ?? null;
            if (!predicted) return { ...noPrediction, at, key, predictMs, error: refused.get(i) ?? '' };
            const { score, prediction } = predicted;
            const features = columns.featuresOf(rows[i] as Record<string, unknown>, served.model.meta.features);
            return { at, key, features, score, prediction, predictMs, error: null };
          }),
        );
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const message = messageOf(error);
        this.#report(message);
        const predictMs = performance.now() - start;
        const at = logged[0]?.at ?? Date.now();
        await log.write(by, [{ ...noPrediction, at, key: null, predictMs, error: message }]);
      }
    });
  }

  /** Reports an error once until another one follows. */
  #report(message: string): void {
    if (message === this.#lastError) return;
    this.#lastError = message;
    this.#options.onLog(`shadow: ${message}`);
  }
}
