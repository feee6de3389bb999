import { randomUUID } from 'node:crypto';
import type { RunStatus, StageKind } from '../../protocol/lifeCycle.ts';
import type { ParamValue } from '../../protocol/runs.ts';
import type { GateOutcome } from '../evaluation/gates.ts';
import { processStart } from '../base/processIdentity.ts';
import { codeText, type RunCode } from './runCode.ts';
import { runName } from './runName.ts';
import { ensureExperiment } from './experiments.ts';
import { holdLease, type Lease } from '../store/leases.ts';
import { gateText } from './storedGate.ts';
import type { Store } from '../store/store.ts';
import { resume } from './unfinishedRuns.ts';
import { writeParam, writePoints, writeTag } from './writeRun.ts';

export interface NewRun {
  experiment: string;
  params: Record<string, ParamValue>;
  tags?: Record<string, string>;
  seed: number | null;
  commit: string | null;
  dirty: boolean;
  /** Further details of the code and of how the run was started; see RunCode. */
  code?: RunCode;
  environment: Record<string, string>;
  command: string;
  /** For a run as of a past time: later rows were not read. Epoch milliseconds. */
  asOf: number | null;
}

/** A run being recorded. Every change is written immediately, so a kill loses nothing that was reported. */
export interface RecordedRun {
  runId: string;
  name: string;
  /** Its row number in the tables. */
  number: number;
  metric(key: string, value: number, step?: number): void;
  metrics(values: Record<string, number>, step?: number): void;
  tag(key: string, value: string): void;
  /** Adds details of the environment. */
  environment(values: Record<string, string>): void;
  /** Adds details of the code. */
  code(values: RunCode): void;
  progress(text: string | null): void;
  input(dataset: string, snapshotId: string): void;
  /** Replaces the gates that a stage of the run has judged. */
  gates(stage: string, results: readonly GateOutcome[]): void;
  stage(stage: string, kind: StageKind, position: number, reasons: string[]): void;
  /** Records the process of a command, so that it can be stopped after a kill of the run. */
  child(stage: string, pid: number): void;
  stageSkipped(stage: string, kind: StageKind, position: number): void;
  stageEnded(
    stage: string,
    status: RunStatus,
    detail: {
      summary?: string;
      /** False when the summary reports only that the stage ended. */
      measured?: boolean | undefined;
      exitCode?: number | null;
      error?: string | null;
    },
  ): void;
  end(status: RunStatus): void;
}

/** Starts a run in the store. */
export function recordRun(store: Store, start: NewRun): RecordedRun {
  const { sql } = store;
  const runId = randomUUID().replaceAll('-', '');
  const name = runName(runId);
  const lease = holdRun(store, runId);
  const run = sql.write(() => {
    ensureExperiment(store, start.experiment);
    const { lastId } = sql.run(
      `INSERT INTO runs (run_id, name, experiment, status, started_at, commit_hash, dirty, code, seed, as_of, pid,
         pid_started, owner, environment, command)
       VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      runId,
      name,
      start.experiment,
      Date.now(),
      start.commit,
      start.dirty ? 1 : 0,
      codeText(start.code ?? {}),
      start.seed,
      start.asOf,
      process.pid,
      processStart(process.pid),
      lease.owner,
      JSON.stringify(start.environment),
      start.command,
    );
    for (const [key, value] of Object.entries(start.params)) writeParam(store, lastId, key, value);
    for (const [key, value] of Object.entries(start.tags ?? {})) writeTag(store, lastId, key, value);
    return lastId;
  });
  return recorder(store, { runId, name, number: run }, lease);
}

/** Holds the lease of a run, and resumes the run when it was marked interrupted while this machine was suspended. */
function holdRun(store: Store, runId: string): Lease {
  const lease: Lease = holdLease(store, { onBeat: () => resume(store, runId, lease.owner) });
  return lease;
}

/** Continues an ended run in this process. */
export function continueRun(store: Store, runId: string): RecordedRun {
  const found = store.sql.get<{ id: number; name: string }>('SELECT id, name FROM runs WHERE run_id = ?', runId);
  if (!found) throw new Error(`the run ${runId} is gone`);
  const lease = holdRun(store, runId);
  store.sql.run(
    `UPDATE runs SET status = 'running', ended_at = NULL, pid = ?, pid_started = ?, owner = ? WHERE id = ?`,
    process.pid,
    processStart(process.pid),
    lease.owner,
    found.id,
  );
  return recorder(store, { runId, name: found.name, number: found.id }, lease);
}

function recorder(
  store: Store,
  { runId, name, number: run }: Pick<RecordedRun, 'runId' | 'name' | 'number'>,
  lease: Lease,
): RecordedRun {
  const { sql } = store;
  return {
    runId,
    name,
    number: run,
    metric: (key, value, step = 0) => writePoints(store, run, [{ key, value, step, at: Date.now() }]),
    metrics: (values, step = 0) =>
      writePoints(
        store,
        run,
        Object.entries(values).map(([key, value]) => ({ key, value, step, at: Date.now() })),
      ),
    tag: (key, value) => writeTag(store, run, key, value),
    environment: (values) =>
      void sql.run(
        'UPDATE runs SET environment = json_patch(environment, ?) WHERE run_id = ?',
        JSON.stringify(values),
        runId,
      ),
    code: (values) =>
      void sql.run('UPDATE runs SET code = json_patch(code, ?) WHERE run_id = ?', codeText(values), runId),
    progress: (text) => void sql.run('UPDATE runs SET progress = ? WHERE run_id = ?', text, runId),
    input: (dataset, snapshotId) =>
      void sql.run(
        'INSERT INTO run_inputs (run_id, dataset, snapshot_id) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET snapshot_id = excluded.snapshot_id',
        runId,
        dataset,
        snapshotId,
      ),
    gates: (stage, results) =>
      sql.write(() => {
        sql.run('DELETE FROM gates WHERE run_id = ? AND stage = ?', runId, stage);
        for (const result of results)
          sql.run(
            `INSERT INTO gates (run_id, stage, position, result)
             SELECT ?, ?, coalesce(max(position) + 1, 0), ? FROM gates WHERE run_id = ?`,
            runId,
            stage,
            gateText(result),
            runId,
          );
      }),
    stage: (stage, kind, position, reasons) =>
      void sql.run(
        `INSERT INTO run_stages (run_id, stage, position, kind, status, started_at, reasons) VALUES (?, ?, ?, ?, 'running', ?, ?)`,
        runId,
        stage,
        position,
        kind,
        Date.now(),
        JSON.stringify(reasons),
      ),
    child: (stage, pid) =>
      void sql.run(
        'UPDATE run_stages SET child_pid = ?, child_started = ? WHERE run_id = ? AND stage = ?',
        pid,
        processStart(pid),
        runId,
        stage,
      ),
    stageSkipped: (stage, kind, position) =>
      void sql.run(
        `INSERT INTO run_stages (run_id, stage, position, kind, status) VALUES (?, ?, ?, ?, 'skipped')`,
        runId,
        stage,
        position,
        kind,
      ),
    stageEnded: (stage, status, detail) =>
      void sql.run(
        `UPDATE run_stages SET status = ?, ended_at = ?, summary = ?, measured = ?, exit_code = ?, error = ?
         WHERE run_id = ? AND stage = ?`,
        status,
        Date.now(),
        detail.summary ?? '',
        detail.measured === false ? 0 : 1,
        detail.exitCode ?? null,
        detail.error ?? null,
        runId,
        stage,
      ),
    end(status) {
      sql.run('UPDATE runs SET status = ?, ended_at = ?, progress = NULL WHERE run_id = ?', status, Date.now(), runId);
      lease.release();
    },
  };
}
