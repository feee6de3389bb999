import { createHash } from 'node:crypto';
import type { SweepConfig } from '../../project/schema/experimentSchema.ts';
import type { Store } from '../../store/store.ts';
import { knownTags } from '../../tracking/writeRun.ts';
import type { RunRequest } from '../execute.ts';

/**
 * Tags of the runs of a sweep: which execution of which sweep, which of its trials, and why a trial was stopped early.
 * The parent has the first alone.
 */
export const sweepTags = {
  session: 'loopwright.sweep',
  trial: 'loopwright.trial',
  stopped: 'loopwright.stopped',
  best: 'loopwright.best',
  parent: knownTags.parent,
} as const;

export interface Session {
  /** Names this execution of the sweep. */
  name: string;
  /** The run above its trials, when it goes on with what was stopped. */
  parent: string | null;
  /** Ids of the runs of the trials that are done, by their number from 0. */
  done: Map<number, string>;
}

/** What names a sweep: the same is gone on with. How many run at once makes no difference. */
function identity(request: RunRequest, sweep: SweepConfig): string {
  const { parallel: _, ...rest } = sweep;
  return createHash('sha256')
    .update(JSON.stringify([rest, request.params ?? {}, request.stages ?? null]))
    .digest('hex')
    .slice(0, 16);
}

/** A new session, or the last of the same sweep when it was stopped before its end. */
export function findSession(request: RunRequest, sweep: SweepConfig, count: number): Session {
  const { sql }: Pick<Store, 'sql'> = request.store;
  const id = identity(request, sweep);
  const fresh: Session = { name: `${id}.${Date.now()}`, parent: null, done: new Map() };
  if (request.force) return fresh;
  const last = sql.get<{ value: string }>(
    'SELECT t.value FROM tags t JOIN runs r ON r.id = t.run WHERE t.key = ? AND t.value GLOB ? ORDER BY r.started_at DESC, r.id DESC LIMIT 1',
    sweepTags.session,
    `${id}.*`,
  )?.value;
  if (last === undefined) return fresh;
  const rows = sql.all<{ trial: number; runId: string }>(
    `SELECT CAST(t.value AS INTEGER) AS trial, r.run_id AS runId FROM tags s JOIN tags t ON t.run = s.run AND t.key = ? JOIN runs r ON r.id = s.run
     WHERE s.key = ? AND s.value = ? AND r.deleted_at IS NULL AND (r.status IN ('finished', 'refused', 'failed') OR EXISTS (SELECT 1 FROM tags e WHERE e.run = r.id AND e.key = ?)) ORDER BY r.id`,
    sweepTags.trial,
    sweepTags.session,
    last,
    sweepTags.stopped,
  );
  const done = new Map(rows.map(({ trial, runId }) => [trial, runId]));
  const parent = sql.get<{ runId: string }>(
    'SELECT r.run_id AS runId FROM tags s JOIN runs r ON r.id = s.run WHERE s.key = ? AND s.value = ? AND r.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM tags t WHERE t.run = s.run AND t.key = ?)',
    sweepTags.session,
    last,
    sweepTags.parent,
  );
  return done.size < count ? { name: last, parent: parent?.runId ?? null, done } : fresh;
}
