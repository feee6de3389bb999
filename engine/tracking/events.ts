import type { MonitorEvent } from '../../protocol/drift.ts';
import type { Store } from '../store/store.ts';

export interface NewEvent extends MonitorEvent {
  monitor: string | null;
  /** The model concerned; null for all. */
  model: string | null;
  /** The actor, such as `terminal:anna`; empty when there is none. */
  actor: string;
}

/**
 * Records an event in production: an alert, a deployment, a retraining, a promotion. `at` may be the clock of a replay.
 */
export function recordEvent({ sql }: Pick<Store, 'sql'>, event: NewEvent): void {
  sql.run(
    `INSERT INTO events (at, kind, monitor, text, model, model_version, run_id, actor)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    event.at,
    event.kind,
    event.monitor,
    event.text,
    event.model,
    event.modelVersion,
    event.runId,
    event.actor,
  );
}

/** The events of a monitor and of the model that it watches, oldest first. */
export function listEvents({ sql }: Pick<Store, 'sql'>, monitor: string, model: string): MonitorEvent[] {
  return sql
    .all<{ at: number; kind: MonitorEvent['kind']; text: string; model_version: number | null; run_id: string | null }>(
      `SELECT * FROM events WHERE monitor = ? OR (monitor IS NULL AND (model IS NULL OR model = ?))
       ORDER BY at, id`,
      monitor,
      model,
    )
    .map((row) => ({ at: row.at, kind: row.kind, text: row.text, modelVersion: row.model_version, runId: row.run_id }));
}

/**
 * The number of retrainings that made a version, and the time of the last, by the clock that started it; null without
 * one. A retraining whose run failed, was cancelled or was killed has answered nothing.
 */
export function retrainingCount({ sql }: Pick<Store, 'sql'>): { count: number; lastAt: number | null } {
  const found = sql.get<{ count: number; lastAt: number | null }>(
    `SELECT count(*) AS count, max(events.at) AS lastAt FROM events LEFT JOIN runs ON runs.run_id = events.run_id
     WHERE kind = 'retrained' AND coalesce(runs.status, '') NOT IN ('failed', 'cancelled', 'interrupted')`,
  );
  return found ?? { count: 0, lastAt: null };
}
