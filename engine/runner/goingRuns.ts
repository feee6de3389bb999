import type { GoingRun } from '../../protocol/runs.ts';
import { isAlive } from '../base/processIdentity.ts';
import { markInterrupted } from '../tracking/openStore.ts';
import { type Store } from '../store/store.ts';
import { readOwner } from './runLock.ts';

/** A process that runs stages of the project, and when it started as the system tells it. */
export interface GoingProcess extends GoingRun {
  pid: number;
  started: string | null;
}

/** The processes that run stages of the project now, whichever window or terminal started them; the newest first. */
export function goingRuns(store: Store): GoingProcess[] {
  markInterrupted(store);
  const rows = store.sql
    .all<{
      run_id: string;
      name: string;
      pid: number;
      started: string | null;
      started_at: number;
      command: string;
      stage: string | null;
    }>(
      `SELECT run_id, name, pid, pid_started AS started, started_at, command, (SELECT stage FROM run_stages WHERE run_id = runs.run_id AND status = 'running' ORDER BY position DESC LIMIT 1) AS stage
     FROM runs WHERE status = 'running' AND source = 'loopwright' AND pid IS NOT NULL ORDER BY started_at`,
    )
    .filter((row) => isAlive(row.pid, row.started));
  const byProcess = new Map<number, GoingProcess>();
  for (const row of rows) {
    const known = byProcess.get(row.pid);
    // The first is the sweep or the only one; what it does now is told by the newest.
    if (known) known.stage = row.stage ?? known.stage;
    else
      byProcess.set(row.pid, {
        runId: row.run_id,
        name: row.name,
        stage: row.stage,
        startedAt: row.started_at,
        command: row.command,
        pid: row.pid,
        started: row.started,
      });
  }
  const [pid, started] = readOwner(store);
  if (pid !== null && pid !== process.pid && isAlive(pid, started) && !byProcess.has(pid))
    byProcess.set(pid, {
      runId: null,
      name: `process ${pid}`,
      stage: null,
      startedAt: null,
      command: '',
      pid,
      started,
    });
  return [...byProcess.values()].filter((one) => one.pid !== process.pid).toReversed();
}
