import type { Store } from '../store/store.ts';
import { knownTags } from './writeRun.ts';

type Sql = Pick<Store, 'sql'>;

/**
 * Tags of the runs of a sweep: the execution, the trial, and why a trial was stopped early. The parent has only the
 * first.
 */
export const sweepTags = {
  session: 'loopwright.sweep',
  trial: 'loopwright.trial',
  stopped: 'loopwright.stopped',
  best: 'loopwright.best',
  parent: knownTags.parent,
} as const;

/** The name of the last execution of a sweep; null when it never ran. Names have the form `sweep.start`. */
export function lastSession({ sql }: Sql, sweep: string): string | null {
  return (
    sql.get<{ value: string }>(
      `SELECT t.value FROM tags t JOIN runs r ON r.id = t.run WHERE t.key = ? AND t.value GLOB ?
       ORDER BY r.started_at DESC, r.id DESC LIMIT 1`,
      sweepTags.session,
      `${sweep}.*`,
    )?.value ?? null
  );
}

/** The ids of the runs of completed trials, by trial number from 0. */
export function trialsDone({ sql }: Sql, session: string): Map<number, string> {
  const rows = sql.all<{ trial: number; runId: string }>(
    `SELECT CAST(t.value AS INTEGER) AS trial, r.run_id AS runId
     FROM tags s JOIN tags t ON t.run = s.run AND t.key = ? JOIN runs r ON r.id = s.run
     WHERE s.key = ? AND s.value = ? AND r.deleted_at IS NULL
       AND (r.status IN ('finished', 'refused', 'failed')
         OR EXISTS (SELECT 1 FROM tags e WHERE e.run = r.id AND e.key = ?))
     ORDER BY r.id`,
    sweepTags.trial,
    sweepTags.session,
    session,
    sweepTags.stopped,
  );
  return new Map(rows.map(({ trial, runId }) => [trial, runId]));
}

/** The id of the parent run of the trials; null when there is none. */
export function parentOfTrials({ sql }: Sql, session: string): string | null {
  return (
    sql.get<{ runId: string }>(
      `SELECT r.run_id AS runId FROM tags s JOIN runs r ON r.id = s.run
       WHERE s.key = ? AND s.value = ? AND r.deleted_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM tags t WHERE t.run = s.run AND t.key = ?)`,
      sweepTags.session,
      session,
      sweepTags.parent,
    )?.runId ?? null
  );
}

/** Records that the sweep, not a person, stopped a trial early, and why. */
export function noteStopped({ sql }: Sql, runId: string, why: string): void {
  sql.write(() => {
    sql.run(
      `INSERT INTO tags (run, key, value) SELECT id, ?, ? FROM runs WHERE run_id = ?
       ON CONFLICT DO UPDATE SET value = excluded.value`,
      sweepTags.stopped,
      why,
      runId,
    );
    sql.run(
      `UPDATE run_stages SET error = ?, summary = 'stopped early' WHERE run_id = ? AND status = 'cancelled'`,
      `Stopped early by the sweep: ${why}.`,
      runId,
    );
  });
}
