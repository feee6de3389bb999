import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../base/errors.ts';
import { thisMachine, type Machine } from '../base/machine.ts';
import { ownedByUser } from '../base/ownedByUser.ts';
import { isAlive } from '../base/processIdentity.ts';
import { evidenceText, livenessOf } from '../store/leases.ts';
import { openDatabase } from '../store/openDatabase.ts';
import { openReadOnly } from '../store/readOnlyDatabase.ts';
import { stateFolder, type Store } from '../store/store.ts';
import { metricsFile, metricsPath } from './metricsFile.ts';
import { childrenOf, endFor, runningStage, unfinishedRuns, type UnfinishedRun } from './unfinishedRuns.ts';

/**
 * Opens the store of a project, and marks runs of killed processes as interrupted. Of a folder that cannot be written,
 * what is stored can be read: `isReadOnly`.
 */
export function openStore(root: string, machine: Machine = thisMachine()): Store {
  const folder = join(root, stateFolder);
  const path = databasePath(folder);
  let store: Store;
  try {
    store = { root, folder, sql: openDatabase(path), machine };
  } catch (error) {
    if (!(error instanceof StoreError) || error.fault !== 'readonly') throw error;
    return { root, folder, sql: openReadOnly(path), machine, isReadOnly: true };
  }
  markInterrupted(store);
  return store;
}

const databasePath = (folder: string) => join(folder, 'loopwright.db');

/**
 * Marks runs whose process is gone as interrupted, and stops their remaining programs. A run of another machine is only
 * marked: its process may be suspended, and gets the run back when it resumes.
 */
export function markInterrupted(store: Store): void {
  if (store.isReadOnly) return;
  for (const run of unfinishedRuns(store)) {
    if (!isWatched(run)) continue;
    const gone = livenessOf(store, run);
    if (gone.alive) continue;
    if (gone.evidence === 'process') stopChildren(store, run.runId);
    if (gone.evidence !== 'silence') takeLeftLines(store, run.runId);
    store.sql.write(() => {
      // Checked again inside the lock: a heartbeat may have arrived.
      if (!livenessOf(store, run).alive) endFor(store, run.runId, 'interrupted', evidenceText(gone));
    });
  }
}

/** Runs of other tools may be logged from anywhere; without a known process, their end cannot be detected. */
function isWatched({ source, pid }: UnfinishedRun): boolean {
  return pid !== null || source === 'loopwright';
}

/** Reads the remaining lines of a killed run's metrics file. */
function takeLeftLines(store: Store, runId: string): void {
  const stage = runningStage(store, runId);
  if (stage === null || !existsSync(metricsPath(store, runId, stage))) return;
  try {
    const file = metricsFile({ store, runId, stage, root: store.root, warn: () => {} });
    file.take(true);
    file.remove();
  } catch {
    // A full disk or a busy store: the file stays until the next attempt.
  }
}

/** A command survives a run that was killed, and would continue writing outputs. */
function stopChildren(store: Store, runId: string): void {
  // A store that another user wrote could name any process of this user.
  if (process.platform === 'win32' || !ownedByUser(databasePath(store.folder))) return;
  for (const { pid, started } of childrenOf(store, runId)) {
    // Without a start time, the process id may belong to another program.
    if (started === null || !isAlive(pid, started)) continue;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It just ended on its own.
    }
  }
}
