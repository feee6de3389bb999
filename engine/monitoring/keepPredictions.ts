import { durationMs } from '../base/duration.ts';
import { messageOf } from '../base/errors.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { deletePredictions } from '../serving/deletePredictions.ts';
import type { Store } from '../store/store.ts';
import { lastJudgedEnd } from './windows.ts';

const day = 86_400_000;

/** The deleted predictions of a deployment. */
export interface DeletedPredictions {
  deployment: string;
  predictions: number;
  files: number;
}

/**
 * Deletes the predictions that are older than `predictions: { keep: … }` of their deployment. A prediction stays while a
 * monitor has not judged its window, or its label may still arrive. `now` is in epoch milliseconds.
 */
export async function keepPredictions(
  store: Store,
  config: ProjectConfig,
  { now = Date.now(), signal }: { now?: number; signal?: AbortSignal | undefined } = {},
): Promise<DeletedPredictions[]> {
  const all: DeletedPredictions[] = [];
  for (const [deployment, { predictions }] of Object.entries(config.deployments ?? {})) {
    if (!predictions || signal?.aborted) continue;
    const receivedBefore = now - durationMs(predictions.keep);
    const before = neededFrom(store, config, deployment, receivedBefore);
    const deleted = await deletePredictions(store, { deployment, receivedBefore, before, signal });
    if (deleted.predictions + deleted.files > 0) all.push({ deployment, ...deleted });
  }
  return all;
}

/** The start of the first window that a monitor may still judge; at most `limit`, at the start of a window. */
function neededFrom(store: Store, config: ProjectConfig, deployment: string, limit: number): number {
  const starts = Object.entries(config.monitors ?? {})
    .filter(([, monitor]) => monitor.deployment === deployment)
    .map(([name, { window, labels }]) => {
      const judged = lastJudgedEnd(store, name);
      if (judged === null) return 0;
      const every = durationMs(window.every);
      const final = judged - (labels?.delay === undefined ? 0 : durationMs(labels.delay));
      return Math.floor(Math.min(final, limit) / every) * every;
    });
  return Math.min(limit, ...starts);
}

/** Deletes old predictions now and once a day, until stopped. */
export function keepPredictionsDaily(
  store: Store,
  config: ProjectConfig,
  onLog: (line: string) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let working: Promise<void> = Promise.resolve();
  const work = (): void => {
    working = keepPredictions(store, config, { signal: stopping.signal }).then(
      (all) => {
        for (const deleted of all) onLog(deletedText(deleted));
      },
      (error: unknown) => onLog(`old predictions were not deleted: ${messageOf(error)}`),
    );
  };
  work();
  const timer = setInterval(work, day).unref();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await working;
    },
  };
}

export function deletedText({ deployment, predictions, files }: DeletedPredictions): string {
  const counted = [
    ...(predictions > 0 ? [`${predictions.toLocaleString('en-US')} predictions`] : []),
    ...(files > 0 ? [`the index of ${files.toLocaleString('en-US')} files of predictions`] : []),
  ];
  return `deleted ${counted.join(' and ')} of ${deployment} that are older than it keeps`;
}
