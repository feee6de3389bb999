import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { isAlive } from '../base/processIdentity.ts';
import type { ProcessId } from '../store/leases.ts';
import type { Store } from '../store/store.ts';
import type { RunRow } from './runSummaries.ts';
import { holdForProgram } from './unfinishedRuns.ts';
import { numberIn } from './storedParam.ts';

type Sql = Pick<Store, 'sql'>;

/** A run that another tool logs or logged. Times are epoch milliseconds. */
export interface LoggedRun {
  runId: string;
  name: string;
  /** Name of an existing experiment. */
  experiment: string;
  status: RunStatus;
  startedAt: number;
  endedAt: number | null;
  deletedAt: number | null;
  /** The tool, such as `mlflow`. */
  source: string;
  userId: string;
  /** Location of its artifacts outside the project; null for the default. */
  artifactUri: string | null;
  commit: string | null;
  branch: string | undefined;
  remote: string | undefined;
  command: string;
  /** The program that logs it, while it runs on this machine and is known. */
  program: ProcessId | null;
}

/** Adds a run; gives its number in the tables. */
export function addLoggedRun(store: Store, run: LoggedRun): number {
  return store.sql.run(
    `INSERT INTO runs (run_id, name, experiment, status, started_at, ended_at, deleted_at, source, user_id,
       artifact_uri, commit_hash, code, command, pid, pid_started, owner)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    run.runId,
    run.name,
    run.experiment,
    run.status,
    run.startedAt,
    run.endedAt,
    run.deletedAt,
    run.source,
    run.userId,
    run.artifactUri,
    run.commit,
    JSON.stringify({ branch: run.branch, remote: run.remote }),
    run.command,
    run.program?.pid ?? null,
    run.program?.started ?? null,
    run.program ? holdForProgram(store, run.runId, run.program) : null,
  ).lastId;
}

/** The row of a run by its full id; null when there is none. */
export function runRow({ sql }: Sql, runId: string): RunRow | null {
  return sql.get<RunRow>('SELECT * FROM runs WHERE run_id = ?', runId) ?? null;
}

/** Sets the program that logs a run whose program was unknown. */
export function noteProgram(store: Store, runId: string, program: ProcessId): void {
  store.sql.run(
    `UPDATE runs SET pid = ?, pid_started = ?, owner = ? WHERE run_id = ? AND status = 'running' AND pid IS NULL`,
    program.pid,
    program.started,
    holdForProgram(store, runId, program),
    runId,
  );
}

/** Sets the status that the run's tool reports, with the program that continues it. */
export function setLoggedStatus(
  store: Store,
  { id, run_id: runId }: Pick<RunRow, 'id' | 'run_id'>,
  { status, endedAt, program }: { status: RunStatus; endedAt: number | null; program: ProcessId | null },
): void {
  store.sql.run(
    'UPDATE runs SET status = ?, ended_at = ?, pid = ?, pid_started = ?, owner = ? WHERE id = ?',
    status,
    endedAt,
    program?.pid ?? null,
    program?.started ?? null,
    program ? holdForProgram(store, runId, program) : null,
    id,
  );
}

/** Resumes a run that was marked interrupted, when the program that writes to it is alive. */
export function reviveRun(store: Store, row: RunRow, client: () => ProcessId | null): void {
  if (row.status !== 'interrupted' || row.source !== 'mlflow') return;
  const program = client();
  if (program && isAlive(program.pid, program.started))
    setLoggedStatus(store, row, { status: 'running', endedAt: null, program });
}

export function setRunName({ sql }: Sql, run: number, name: string): void {
  sql.run('UPDATE runs SET name = ? WHERE id = ?', name, run);
}

/** Deletes a run at a time, or restores it with null. */
export function setRunDeleted({ sql }: Sql, run: number, deletedAt: number | null): void {
  sql.run('UPDATE runs SET deleted_at = ? WHERE id = ?', deletedAt, run);
}

/** Stores the value that a program logs for a param of the project separately, as `program.name`. */
export function writeProgramParam({ sql }: Sql, run: number, key: string, value: string): void {
  sql.run(
    `INSERT INTO params (run, key, value, json, number) VALUES (?, ?, ?, 0, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, number = excluded.number`,
    run,
    `program.${key}`,
    value,
    numberIn(value),
  );
}

/** The number of points of a run. */
export function countPoints({ sql }: Sql, run: number): number {
  return sql.get<{ n: number | null }>('SELECT sum(count) AS n FROM latest WHERE run = ?', run)?.n ?? 0;
}
