import { holdLease, type ProcessId } from '../store/leases.ts';
import type { Store } from '../store/store.ts';

/** An unfinished run with the process that holds it. */
export interface UnfinishedRun {
  runId: string;
  name: string;
  /** `loopwright`, or the tool that logs it. */
  source: string;
  /** Epoch milliseconds. */
  startedAt: number;
  command: string;
  pid: number | null;
  /** Start time of the process, as its system reports it. */
  started: string | null;
  /** The key of its lease; null where an older version wrote it or no process is known. */
  owner: string | null;
}

/** The runs in progress, the oldest first. */
export function unfinishedRuns({ sql }: Pick<Store, 'sql'>): UnfinishedRun[] {
  // The list of states equals that of the index of unfinished runs, because every answer runs this query.
  return sql.all<UnfinishedRun>(
    `SELECT run_id AS runId, name, source, started_at AS startedAt, command, pid, pid_started AS started, owner
     FROM runs WHERE status IN ('running', 'scheduled') AND status = 'running' ORDER BY started_at`,
  );
}

/** The current stage of a run; null between stages. */
export function runningStage({ sql }: Pick<Store, 'sql'>, runId: string): string | null {
  return (
    sql.get<{ stage: string }>(
      `SELECT stage FROM run_stages WHERE run_id = ? AND status = 'running' ORDER BY position DESC LIMIT 1`,
      runId,
    )?.stage ?? null
  );
}

/** Ends a run, with its current stage, on behalf of a process that cannot. `why` is stored with the stage. */
export function endFor(
  { sql }: Pick<Store, 'sql'>,
  runId: string,
  status: 'interrupted' | 'cancelled',
  why: string,
): void {
  const from = status === 'interrupted' ? ['running'] : ['running', 'interrupted'];
  const placeholders = from.map(() => '?').join(', ');
  sql.write(() => {
    sql.run(
      `UPDATE run_stages SET status = ?, ended_at = ?, error = ? WHERE run_id = ? AND status IN (${placeholders})`,
      status,
      Date.now(),
      why,
      runId,
      ...from,
    );
    sql.run(
      `UPDATE runs SET status = ?, ended_at = ?, progress = NULL WHERE run_id = ? AND status IN (${placeholders})`,
      status,
      Date.now(),
      runId,
      ...from,
    );
  });
}

/** Cancels the runs of a process that was killed and could not do so itself. */
export function cancelRunsOf(store: Pick<Store, 'sql'>, { pid, started }: ProcessId): void {
  store.sql.write(() => {
    for (const { id } of store.sql.all<{ id: string }>(
      `SELECT run_id AS id FROM runs
       WHERE status IN ('running', 'interrupted') AND pid = ? AND pid_started IS ? AND source = 'loopwright'`,
      pid,
      started,
    ))
      endFor(store, id, 'cancelled', 'cancelled');
  });
}

/** Gives a run back to its process, which was considered gone while its machine was suspended. */
export function resume({ sql }: Pick<Store, 'sql'>, runId: string, owner: string): void {
  const { changes } = sql.run(
    `UPDATE runs SET status = 'running', ended_at = NULL WHERE run_id = ? AND owner = ? AND status = 'interrupted'`,
    runId,
    owner,
  );
  if (changes > 0)
    sql.run(
      `UPDATE run_stages SET status = 'running', ended_at = NULL, error = NULL WHERE run_id = ? AND status = 'interrupted'`,
      runId,
    );
}

/**
 * Holds the lease of a run that a program of another tool logs, while the program and the run are alive; returns the
 * key of the lease.
 */
export function holdForProgram(store: Store, runId: string, program: ProcessId): string {
  const { owner } = holdLease(store, {
    process: program,
    onBeat: () =>
      store.sql.get(`SELECT 1 FROM runs WHERE run_id = ? AND owner = ? AND status = 'running'`, runId, owner) !==
      undefined,
  });
  return owner;
}

/** The processes of commands that running stages started. */
export function childrenOf({ sql }: Pick<Store, 'sql'>, runId: string): ProcessId[] {
  return sql.all<ProcessId>(
    `SELECT child_pid AS pid, child_started AS started FROM run_stages
     WHERE run_id = ? AND status = 'running' AND child_pid IS NOT NULL`,
    runId,
  );
}
