import type { Verdict } from '../../protocol/gates.ts';
import type { RunStatus, StageResult } from '../../protocol/lifeCycle.ts';
import type { Store } from '../store/store.ts';
import { readVerdict, verdictColumns, type VerdictRow } from './verdictRow.ts';

/** How the last execution of each stage ended, in an experiment. */
export function lastStageResults({ sql }: Store, experiment: string): Map<string, StageResult> {
  const rows = sql.all<{
    stage: string;
    run_id: string;
    name: string;
    status: RunStatus;
    started_at: number;
    ended_at: number | null;
    summary: string;
    measured: number;
  }>(
    `SELECT s.stage, s.run_id, r.name, s.status, s.started_at, s.ended_at, s.summary, s.measured, max(s.started_at)
     FROM run_stages s JOIN runs r ON r.run_id = s.run_id
     WHERE s.status <> 'skipped' AND r.experiment = ? GROUP BY s.stage`,
    experiment,
  );
  return new Map(
    rows.map((row) => [
      row.stage,
      {
        runId: row.run_id,
        runName: row.name,
        status: row.status,
        startedAt: row.started_at,
        durationMs: row.ended_at === null ? null : row.ended_at - row.started_at,
        summary: row.summary,
        measured: row.measured === 1,
      },
    ]),
  );
}

export function runCounts({ sql }: Store): Map<string, number> {
  return new Map(
    sql
      .all<{ experiment: string; n: number }>('SELECT experiment, count(*) AS n FROM runs GROUP BY experiment')
      .map(({ experiment, n }) => [experiment, n]),
  );
}

/** How many gates of a run passed; null when none was judged. */
export function verdictOf({ sql }: Store, runId: string): Verdict | null {
  const found = sql.get<VerdictRow>(`SELECT ${verdictColumns('result')} FROM gates WHERE run_id = ?`, runId);
  return found ? readVerdict(found) : null;
}
