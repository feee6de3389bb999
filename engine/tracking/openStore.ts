import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { metricsFile, metricsPath } from './metricsFile.ts';
import { openDatabase } from '../store/openDatabase.ts';
import { isAlive } from '../base/processIdentity.ts';
import { stateFolder, type Store } from '../store/store.ts';

/** Opens the store of a project, and marks what a killed process left running as interrupted. */
export function openStore(root: string): Store {
  const folder = join(root, stateFolder);
  const store = { root, folder, sql: openDatabase(join(folder, 'loopwright.db')) };
  markInterrupted(store);
  return store;
}

/** Runs and deployments whose process is gone are told as they are. */
export function markInterrupted(store: Store): void {
  // The list of states is that of the index of unfinished runs: this is asked before every answer.
  const gone = store.sql
    .all<{ run_id: string; pid: number | null; pid_started: string | null }>(
      `SELECT run_id, pid, pid_started FROM runs WHERE status IN ('running', 'scheduled') AND status = 'running' AND (pid IS NOT NULL OR source = 'loopwright')`,
    )
    .filter((run) => !isAlive(run.pid, run.pid_started));
  const stopped = store.sql
    .all<{ name: string; pid: number | null; pid_started: string | null }>(
      `SELECT name, pid, pid_started FROM deployments WHERE state = 'healthy'`,
    )
    .filter((row) => !isAlive(row.pid, row.pid_started));
  if (gone.length + stopped.length === 0) return;
  for (const { run_id: id } of gone) {
    stopChildren(store, id);
    takeLeftLines(store, id);
  }
  store.sql.write(() => {
    for (const { run_id: id } of gone) {
      store.sql.run(
        `UPDATE run_stages SET status = 'interrupted', ended_at = ?, error = 'The process was killed.' WHERE run_id = ? AND status = 'running'`,
        Date.now(),
        id,
      );
      store.sql.run(
        `UPDATE runs SET status = 'interrupted', ended_at = ?, progress = NULL WHERE run_id = ? AND status = 'running'`,
        Date.now(),
        id,
      );
    }
    for (const { name } of stopped)
      store.sql.run(`UPDATE deployments SET state = 'stopped' WHERE name = ? AND state = 'healthy'`, name);
  });
}

/** What a program appended to its metrics file and nobody took any more. */
function takeLeftLines(store: Store, runId: string): void {
  for (const { stage } of store.sql.all<{ stage: string }>(
    `SELECT stage FROM run_stages WHERE run_id = ? AND status = 'running'`,
    runId,
  )) {
    if (!existsSync(metricsPath(store, runId, stage))) continue;
    try {
      const file = metricsFile({ store, runId, stage, root: store.root, warn: () => {} });
      file.take(true);
      file.remove();
    } catch {
      // A full disk or a busy store: the file stays for the next who looks, until the run is marked.
    }
  }
}

/** A command outlives a run that was killed outright; it would go on writing outputs that nobody waits for. */
function stopChildren(store: Store, runId: string): void {
  if (process.platform === 'win32') return;
  for (const { pid, started } of store.sql.all<{ pid: number; started: string | null }>(
    `SELECT child_pid AS pid, child_started AS started FROM run_stages WHERE run_id = ? AND status = 'running' AND child_pid IS NOT NULL`,
    runId,
  )) {
    // Without the time of its start the number may be another program's by now.
    if (started === null || !isAlive(pid, started)) continue;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended by itself just now.
    }
  }
}
