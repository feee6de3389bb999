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

/** The number of events of a kind and the time of the last, by the clock that recorded it; null without events. */
export function eventCount(
  { sql }: Pick<Store, 'sql'>,
  kind: MonitorEvent['kind'],
): { count: number; lastAt: number | null } {
  const found = sql.get<{ count: number; lastAt: number | null }>(
    'SELECT count(*) AS count, max(at) AS lastAt FROM events WHERE kind = ?',
    kind,
  );
  return found ?? { count: 0, lastAt: null };
}
