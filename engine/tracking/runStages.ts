import type { RunStatus, StageKind } from '../../protocol/lifeCycle.ts';
import type { Store } from '../store/store.ts';

/** A stage of a run, in the order of the run. */
export interface RunStage {
  stage: string;
  kind: StageKind;
  status: RunStatus | 'skipped';
}

export function stagesOf({ sql }: Pick<Store, 'sql'>, runId: string): RunStage[] {
  return sql.all<RunStage>('SELECT stage, kind, status FROM run_stages WHERE run_id = ? ORDER BY position', runId);
}

/** The environment of a run: Python, packages, machine. */
export function environmentOfRun({ sql }: Pick<Store, 'sql'>, runId: string): Record<string, string> {
  const row = sql.get<{ environment: string }>('SELECT environment FROM runs WHERE run_id = ?', runId);
  return JSON.parse(row?.environment ?? '{}') as Record<string, string>;
}

/** The gates of a run, in the order of its report. */
export function gateNamesOf({ sql }: Pick<Store, 'sql'>, runId: string): string[] {
  return sql
    .all<{ gate: string }>(`SELECT result ->> '$.gate' AS gate FROM gates WHERE run_id = ? ORDER BY position`, runId)
    .map(({ gate }) => gate);
}
