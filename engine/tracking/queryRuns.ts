import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { RunStatus, StageKind, StageResult } from '../../protocol/lifeCycle.ts';
import type { ArtifactEntry, GateResult, MetricSeries, ParamValue, RunDetail, RunPage, RunQuery, RunStageDetail, RunSummary } from '../../protocol/runs.ts';
import { WorkError } from '../errors.ts';
import { artifactsFolder, type Store } from './store.ts';

interface RunRow {
  run_id: string; name: string; experiment: string; status: RunStatus; started_at: number; ended_at: number | null; starred: number;
  commit_hash: string | null; dirty: number; seed: number | null; progress: string | null; environment: string; command: string;
}

/** A page of runs, newest first. */
export function listRuns(store: Store, query: RunQuery = {}): RunPage {
  const { sql } = store;
  const conditions = ['1 = 1'];
  const values: string[] = [];
  if (query.experiment !== undefined) {
    conditions.push('experiment = ?');
    values.push(query.experiment);
  }
  for (const word of (query.search ?? '').trim().split(/\s+/).filter(Boolean)) {
    const like = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
    conditions.push(`(name LIKE ? ESCAPE '\\' OR run_id LIKE ? ESCAPE '\\' OR status LIKE ? ESCAPE '\\' OR experiment LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM params p WHERE p.run_id = runs.run_id AND (p.key || '=' || p.value) LIKE ? ESCAPE '\\') OR EXISTS (SELECT 1 FROM tags t WHERE t.run_id = runs.run_id AND (t.key || '=' || t.value) LIKE ? ESCAPE '\\'))`);
    values.push(like, like, like, like, like, like);
  }
  const where = conditions.join(' AND ');
  const rows = sql.all<RunRow>(`SELECT * FROM runs WHERE ${where} ORDER BY started_at DESC, run_id LIMIT ? OFFSET ?`, ...values, query.limit ?? 200, query.offset ?? 0);
  const total = sql.get<{ n: number }>(`SELECT count(*) AS n FROM runs WHERE ${where}`, ...values)?.n ?? 0;
  return { runs: rows.map((row) => summarise(store, row)), total };
}

/** One run with everything known of it; WorkError when there is none. `id` may be the start of the id or the name. */
export function getRun(store: Store, id: string): RunDetail {
  const { sql } = store;
  const row = sql.get<RunRow>('SELECT * FROM runs WHERE run_id = ?', id) ?? sql.get<RunRow>('SELECT * FROM runs WHERE run_id LIKE ? OR name = ? ORDER BY started_at DESC LIMIT 1', /^[0-9a-f]+$/i.test(id) ? `${id}%` : '', id);
  if (!row) throw new WorkError(`There is no run \`${id}\`. \`loopwright runs\` lists them.`);
  const runId = row.run_id;
  const stages = sql.all<{ stage: string; kind: StageKind; status: RunStageDetail['status']; started_at: number | null; ended_at: number | null; reasons: string; summary: string; exit_code: number | null; error: string | null }>('SELECT * FROM run_stages WHERE run_id = ? ORDER BY position', runId);
  return {
    ...summarise(store, row),
    stages: stages.map((s) => ({ stage: s.stage, kind: s.kind, status: s.status, startedAt: s.started_at, durationMs: s.started_at !== null && s.ended_at !== null ? s.ended_at - s.started_at : null, reasons: JSON.parse(s.reasons) as string[], summary: s.summary, exitCode: s.exit_code, error: s.error })),
    artifacts: listArtifacts(artifactsFolder(store, runId)),
    inputs: sql.all<{ dataset: string; snapshotId: string; rows: number; hash: string }>('SELECT i.dataset, i.snapshot_id AS snapshotId, s.rows, s.hash FROM run_inputs i JOIN snapshots s ON s.id = i.snapshot_id WHERE i.run_id = ?', runId),
    environment: JSON.parse(row.environment) as Record<string, string>,
    seed: row.seed,
    gates: sql.all<{ result: string }>('SELECT result FROM gates WHERE run_id = ? ORDER BY position', runId).map((gate) => JSON.parse(gate.result) as GateResult),
    seriesKeys: sql.all<{ key: string }>('SELECT key FROM metrics WHERE run_id = ? GROUP BY key HAVING count(*) > 1 ORDER BY key', runId).map(({ key }) => key),
    reproduce: `${row.commit_hash ? `git checkout ${row.commit_hash}\n` : ''}${row.command}`,
  };
}

function summarise({ sql }: Store, row: RunRow): RunSummary {
  const id = row.run_id;
  return {
    runId: id, name: row.name, experiment: row.experiment, status: row.status, startedAt: row.started_at, endedAt: row.ended_at, starred: row.starred === 1,
    metrics: Object.fromEntries(sql.all<{ key: string; value: number }>('SELECT key, value FROM latest_metrics WHERE run_id = ? AND is_nan = 0 AND value IS NOT NULL', id).map(({ key, value }) => [key, value])),
    params: Object.fromEntries(sql.all<{ key: string; value: string }>('SELECT key, value FROM params WHERE run_id = ?', id).map(({ key, value }) => [key, JSON.parse(value) as ParamValue])),
    tags: Object.fromEntries(sql.all<{ key: string; value: string }>('SELECT key, value FROM tags WHERE run_id = ?', id).map(({ key, value }) => [key, value])),
    commit: row.commit_hash, dirty: row.dirty === 1, progress: row.progress,
    modelVersion: sql.get<{ version: number }>('SELECT version FROM model_versions WHERE run_id = ?', id)?.version ?? null,
  };
}

/** All points of a metric for some runs. */
export function metricSeries({ sql }: Store, runIds: string[], key: string): MetricSeries[] {
  return runIds.map((runId) => ({ runId, key, points: sql.all<{ step: number; at: number; value: number }>('SELECT step, at, value FROM metrics WHERE run_id = ? AND key = ? AND is_nan = 0 ORDER BY step, at', runId, key) }));
}

/** How the last execution of each stage ended, in an experiment. */
export function lastStageResults({ sql }: Store, experiment: string): Map<string, StageResult> {
  const rows = sql.all<{ stage: string; run_id: string; name: string; status: RunStatus; started_at: number; ended_at: number | null; summary: string }>(
    `SELECT s.stage, s.run_id, r.name, s.status, s.started_at, s.ended_at, s.summary, max(s.started_at) FROM run_stages s JOIN runs r ON r.run_id = s.run_id WHERE s.status <> 'skipped' AND r.experiment = ? GROUP BY s.stage`,
    experiment,
  );
  return new Map(rows.map((row) => [row.stage, { runId: row.run_id, runName: row.name, status: row.status, startedAt: row.started_at, durationMs: row.ended_at === null ? null : row.ended_at - row.started_at, summary: row.summary }]));
}

export function runCounts({ sql }: Store): Map<string, number> {
  return new Map(sql.all<{ experiment: string; n: number }>('SELECT experiment, count(*) AS n FROM runs GROUP BY experiment').map(({ experiment, n }) => [experiment, n]));
}

export function starRun({ sql }: Store, runId: string, starred: boolean): void {
  sql.run('UPDATE runs SET starred = ? WHERE run_id = ?', starred ? 1 : 0, runId);
}

function listArtifacts(folder: string): ArtifactEntry[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path), bytes: statSync(path).size }))
    .toSorted((a, b) => a.path.localeCompare(b.path));
}
