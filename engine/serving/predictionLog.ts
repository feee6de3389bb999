import type { Store } from '../store/store.ts';

/**
 * One answered (or refused) prediction. Times are epoch milliseconds; `at` is when the event happened, on its own
 * clock.
 */
export interface LoggedPrediction {
  at: number;
  modelVersion: number;
  /** What joins the label that arrives later; null when the row has none. */
  key: string | null;
  features: Record<string, unknown>;
  /** Score of the positive class, or the value of a regression; null for classes and errors. */
  score: number | null;
  prediction: string | null;
  latencyMs: number;
  error: string | null;
}

/** Appends predictions, all or none. */
export function logPredictions(
  { sql }: Pick<Store, 'sql'>,
  deployment: string,
  rows: readonly LoggedPrediction[],
): void {
  const now = Date.now();
  sql.write(() => {
    for (const row of rows) {
      sql.run(
        'INSERT INTO predictions (deployment, at, received_at, model_version, key, features, score, prediction, latency_ms, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        deployment,
        row.at,
        now,
        row.modelVersion,
        row.key,
        JSON.stringify(row.features),
        row.score,
        row.prediction,
        row.latencyMs,
        row.error,
      );
    }
  });
}

/** How many predictions a deployment answered and when the last was. */
export function predictionCount(
  { sql }: Pick<Store, 'sql'>,
  deployment: string,
): { predictions: number; lastAt: number | null } {
  const live = sql.get<{ n: number; last: number | null }>(
    'SELECT count(*) AS n, max(received_at) AS last FROM predictions WHERE deployment = ?',
    deployment,
  );
  const files = sql.get<{ n: number | null; last: number | null }>(
    'SELECT sum(rows) AS n, max(created_at) AS last FROM prediction_files WHERE deployment = ?',
    deployment,
  );
  const last = Math.max(live?.last ?? 0, files?.last ?? 0);
  return { predictions: (live?.n ?? 0) + (files?.n ?? 0), lastAt: last === 0 ? null : last };
}
