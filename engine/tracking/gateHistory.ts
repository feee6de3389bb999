import type { JudgedGate } from '../../protocol/gates.ts';
import type { Store } from '../store/store.ts';
import { readGate } from './storedGate.ts';

/** Runs that the history of the gates goes back to. */
const newestRuns = 50;

/** The outcomes of the gates of the newest runs with gates, the newest first, in the order of each stage's report. */
export function gateHistory({ sql }: Pick<Store, 'sql'>): JudgedGate[] {
  const judged = sql.all<Omit<JudgedGate, 'result'> & { result: string }>(
    `WITH judging AS (
       SELECT r.id, r.run_id, r.name, r.started_at FROM runs r
       WHERE r.deleted_at IS NULL AND EXISTS (SELECT 1 FROM gates g WHERE g.run_id = r.run_id)
       ORDER BY r.started_at DESC, r.id DESC LIMIT ${newestRuns})
     SELECT j.run_id AS runId, j.name AS runName, j.started_at AS startedAt, g.stage, g.result
     FROM judging j JOIN gates g ON g.run_id = j.run_id
     ORDER BY j.started_at DESC, j.id DESC, g.position`,
  );
  return judged.map(({ result, ...rest }) => ({ ...rest, result: readGate(result) }));
}
