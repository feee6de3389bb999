import { setTimeout as wait } from 'node:timers/promises';
import type { SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { writeWhenFree } from '../store/writeWhenFree.ts';

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
/** The longest time that a deletion waits for a locked store. */
const withinMs = 600_000;
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
    'SELECT min(id) AS first, max(id) AS last FROM predictions WHERE deployment = ? AND at < ?',
    deployment,
    before,
  );
  const last = span?.last ?? -1;
  const run = async (statement: string, ...values: SqlValue[]): Promise<number> => {
    let changes = 0;
    await writeWhenFree(sql, () => ({ changes } = sql.run(statement, ...values)), { withinMs, signal });
    return changes;
  };
  // Ids need not ascend with the time of receipt: clocks are corrected.
  for (let id = span?.first ?? 0; id <= last && !signal?.aborted; id += rowsAtOnce) {
    deleted.predictions += await run(
      `DELETE FROM predictions
       WHERE id BETWEEN ? AND ? AND deployment = ? AND received_at < ? AND at < ?`,
      id,
      id + rowsAtOnce - 1,
      deployment,
      receivedBefore,
      before,
    );
    await wait(pauseMs);
  }
  if (signal?.aborted) return deleted;
  deleted.files = await run(
    'DELETE FROM prediction_files WHERE deployment = ? AND created_at < ? AND to_at < ?',
    deployment,
    receivedBefore,
    before,
  );
  return deleted;
}
