import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '../store/store.ts';

export interface OldPredictions {
  deployment: string;
  /** Predictions that were received before this time, epoch milliseconds. */
  receivedBefore: number;
  /** Predictions of events before this time: what monitors still need is later. */
  before: number;
  signal?: AbortSignal | undefined;
}

/** Rows of the log in one transaction: other writers wait for milliseconds. */
const rowsAtOnce = 5000;
/** Time for others between two transactions. */
const pauseMs = 5;

/**
 * Deletes old predictions of a deployment from the log, and old files of predictions from its index; the files stay.
 * SQLite uses the space again for later predictions. Returns how many were deleted.
 */
export async function deletePredictions(
  { sql }: Pick<Store, 'sql'>,
  { deployment, receivedBefore, before, signal }: OldPredictions,
): Promise<{ predictions: number; files: number }> {
  const deleted = { predictions: 0, files: 0 };
  const span = sql.get<{ first: number | null; last: number | null }>(
    'SELECT min(id) AS first, max(id) AS last FROM predictions',
  );
  const last = span?.last ?? -1;
  for (let id = span?.first ?? 0; id <= last && !signal?.aborted; id += rowsAtOnce) {
    // Ids ascend with the time of receipt.
    const first = sql.get<{ at: number }>(
      'SELECT received_at AS at FROM predictions WHERE id >= ? ORDER BY id LIMIT 1',
      id,
    );
    if (!first || first.at >= receivedBefore) break;
    deleted.predictions += sql.run(
      `DELETE FROM predictions
       WHERE id BETWEEN ? AND ? AND deployment = ? AND received_at < ? AND at < ?`,
      id,
      id + rowsAtOnce - 1,
      deployment,
      receivedBefore,
      before,
    ).changes;
    await wait(pauseMs);
  }
  if (signal?.aborted) return deleted;
  deleted.files = sql.run(
    'DELETE FROM prediction_files WHERE deployment = ? AND created_at < ? AND to_at < ?',
    deployment,
    receivedBefore,
    before,
  ).changes;
  return deleted;
}
