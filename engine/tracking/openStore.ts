import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { thisMachine, type Machine } from '../base/machine.ts';
import { isAlive } from '../base/processIdentity.ts';
import { evidenceText, livenessOf } from '../store/leases.ts';
import { openDatabase } from '../store/openDatabase.ts';
import { stateFolder, type Store } from '../store/store.ts';
import { metricsFile, metricsPath } from './metricsFile.ts';
import { childrenOf, endFor, runningStage, unfinishedRuns, type UnfinishedRun } from './unfinishedRuns.ts';

/** Opens the store of a project, and marks what a killed process left running as interrupted. */
export function openStore(root: string, machine: Machine = thisMachine()): Store {
  const folder = join(root, stateFolder);
  const store = { root, folder, sql: openDatabase(join(folder, 'loopwright.db')), machine };
  markInterrupted(store);
  return store;
}

/**
 * Marks the runs whose process is gone as interrupted, and stops what it left behind. A run of another machine is
 * only marked: its process may sleep, and gets the run back when it wakes.
 */
export function markInterrupted(store: Store): void {
  for (const run of unfinishedRuns(store)) {
    if (!isWatched(run)) continue;
    const gone = livenessOf(store, run);
    if (gone.alive) continue;
    if (gone.evidence === 'process') stopChildren(store, run.runId);
    if (gone.evidence !== 'silence') takeLeftLines(store, run.runId);
    store.sql.write(() => {
      // Asked again inside the lock: it may have given a sign meanwhile.
      if (!livenessOf(store, run).alive) endFor(store, run.runId, 'interrupted', evidenceText(gone));
    });
  }
}

/** Runs that another tool logs may come from anywhere; where no process is known, nothing tells its end. */
function isWatched({ source, pid }: UnfinishedRun): boolean {
  return pid !== null || source === 'loopwright';
}

/** Takes what a program appended to its metrics file before its run was killed. */
function takeLeftLines(store: Store, runId: string): void {
  const stage = runningStage(store, runId);
  if (stage === null || !existsSync(metricsPath(store, runId, stage))) return;
  try {
    const file = metricsFile({ store, runId, stage, root: store.root, warn: () => {} });
    file.take(true);
    file.remove();
  } catch {
    // A full disk or a busy store: the file stays for the next look, until the run is marked.
  }
}

/** A command outlives a run that was killed outright; it would go on writing outputs that nobody waits for. */
function stopChildren(store: Store, runId: string): void {
  if (process.platform === 'win32') return;
  for (const { pid, started } of childrenOf(store, runId)) {
    // Without the time of its start the number may be another program's by now.
    if (started === null || !isAlive(pid, started)) continue;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended by itself just now.
    }
  }
}
