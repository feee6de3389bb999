import { createHash } from 'node:crypto';
import type { SweepConfig } from '../../project/schema/experimentSchema.ts';
import { lastSession, parentOfTrials, trialsDone } from '../../tracking/sweepRuns.ts';
import type { RunRequest } from '../runRequest.ts';

export interface Session {
  /** Names this execution of the sweep. */
  name: string;
  /** The parent run of its trials, when it continues a sweep that was stopped. */
  parent: string | null;
  /** Ids of the runs of the trials that are done, by their number from 0. */
  done: Map<number, string>;
}

/** The key of a sweep: a stopped sweep with the same key continues. The number of parallel trials does not matter. */
function identity(request: RunRequest, sweep: SweepConfig): string {
  const { parallel: _, ...rest } = sweep;
  return createHash('sha256')
    .update(JSON.stringify([rest, request.params ?? {}, request.stages ?? null]))
    .digest('hex')
    .slice(0, 16);
}

/** A new session, or the last of the same sweep when it was stopped before its end. */
export function findSession(request: RunRequest, sweep: SweepConfig, count: number): Session {
  const { store } = request;
  const id = identity(request, sweep);
  const fresh: Session = { name: `${id}.${Date.now()}`, parent: null, done: new Map() };
  if (request.force) return fresh;
  const last = lastSession(store, id);
  if (last === null) return fresh;
  const done = trialsDone(store, last);
  return done.size < count ? { name: last, parent: parentOfTrials(store, last), done } : fresh;
}
