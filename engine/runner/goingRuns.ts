import type { GoingRun } from '../../protocol/runs.ts';
import { livenessOf } from '../store/leases.ts';
import type { Store } from '../store/store.ts';
import { markInterrupted } from '../tracking/openStore.ts';
import { runningStage, unfinishedRuns } from '../tracking/unfinishedRuns.ts';
import { readOwner } from './runLock.ts';

/** A process that runs stages of the project, with its start as the system reports it. */
export interface GoingProcess extends GoingRun {
  started: string | null;
  /** The key of its lease; null when an older version started it. */
  owner: string | null;
}

/** The processes that run stages of the project now, whichever window or terminal started them; the newest first. */
export function goingRuns(store: Store): GoingProcess[] {
  markInterrupted(store);
  const byProcess = new Map<string, GoingProcess>();
  for (const { runId, name, source, startedAt, command, pid, started, owner } of unfinishedRuns(store)) {
    if (source !== 'loopwright' || pid === null) continue;
    const found = livenessOf(store, { pid, started, owner });
    if (!found.alive) continue;
    const stage = runningStage(store, runId);
    const known = byProcess.get(keyOf({ pid, owner }));
    // The first is the sweep or the only run; the newest shows the current work.
    if (known) known.stage = stage ?? known.stage;
    else
      byProcess.set(keyOf({ pid, owner }), {
        runId,
        name,
        stage,
        startedAt,
        command,
        pid,
        host: found.host,
        started,
        owner,
      });
  }
  const { pid, started, owner } = readOwner(store);
  if (pid !== null && !byProcess.has(keyOf({ pid, owner }))) {
    const found = livenessOf(store, { pid, started, owner });
    if (found.alive)
      byProcess.set(keyOf({ pid, owner }), {
        runId: null,
        name: `process ${pid}`,
        stage: null,
        startedAt: null,
        command: '',
        pid,
        host: found.host,
        started,
        owner,
      });
  }
  return [...byProcess.values()].filter((one) => one.pid !== process.pid || one.host !== null).toReversed();
}

/** Processes on two machines may have the same number. */
function keyOf({ pid, owner }: { pid: number; owner: string | null }): string {
  return owner ?? `process ${pid}`;
}
