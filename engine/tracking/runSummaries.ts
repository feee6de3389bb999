import type { RunStatus } from '../../protocol/lifeCycle.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type { Store } from '../store/store.ts';
import { runsWithModels } from './loggedModels.ts';
import { latestOfRuns, paramsOfRuns, tagsOfRuns } from './runValues.ts';
import { readParam } from './storedParam.ts';
import { versionsOfRuns } from './runVersions.ts';
import { knownTags } from './writeRun.ts';
import { readVerdict, verdictColumns, type VerdictRow } from './verdictRow.ts';

/** A row of `runs`. */
export interface RunRow {
  id: number;
  run_id: string;
  name: string;
  experiment: string;
  status: RunStatus;
  started_at: number;
  ended_at: number | null;
  starred: number;
  archived: number;
  deleted_at: number | null;
  source: string;
  user_id: string;
  artifact_uri: string | null;
  commit_hash: string | null;
  dirty: number;
  code: string;
  seed: number | null;
  progress: string | null;
  environment: string;
  command: string;
}

/** The tag in which clients of MLflow 2 note the models of a run. */
const modelHistory = 'mlflow.log-model.history';

/** Rows for lists. The params, metrics, tags and model versions of all rows are read together. */
export function summariseRuns({ sql }: Pick<Store, 'sql'>, rows: readonly RunRow[]): RunSummary[] {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const summaries = new Map(rows.map((row) => [row.id, summaryOf(row)]));
  for (const { run, key, value, is_nan: isNan } of latestOfRuns({ sql }, ids)) {
    const summary = summaries.get(run);
    if (!summary) continue;
    if (isNan === 0 && Number.isFinite(value)) summary.metrics[key] = value;
    else summary.notFinite[key] = isNan === 1 ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
  for (const param of paramsOfRuns({ sql }, ids)) {
    const summary = summaries.get(param.run);
    if (summary) summary.params[param.key] = readParam(param);
  }
  for (const { run, key, value } of tagsOfRuns({ sql }, ids)) {
    const summary = summaries.get(run);
    if (!summary) continue;
    if (key === knownTags.note) summary.note = value;
    else if (key === knownTags.parent) summary.parent = value;
    else if (key === modelHistory) summary.loggedModel = true;
    else if (!key.startsWith('mlflow.')) summary.tags[key] = value;
  }
  const byRun = new Map(rows.map((row) => [row.run_id, row.id]));
  const runIds = rows.map((row) => row.run_id);
  for (const { run_id: runId, ...counts } of sql.all<{ run_id: string } & VerdictRow>(
    `SELECT g.run_id, ${verdictColumns('g.result')}
     FROM json_each(?) j JOIN gates g ON g.run_id = j.value GROUP BY g.run_id`,
    JSON.stringify(runIds),
  )) {
    const summary = summaries.get(byRun.get(runId) ?? -1);
    const verdict = readVerdict(counts);
    if (summary && verdict) summary.verdict = verdict;
  }
  for (const { runId, model, version } of versionsOfRuns({ sql }, runIds)) {
    const summary = summaries.get(byRun.get(runId) ?? -1);
    if (!summary) continue;
    summary.registered.push({ name: model, version });
    summary.modelVersion = Math.max(summary.modelVersion ?? 0, version);
  }
  for (const runId of runsWithModels({ sql }, runIds)) {
    const summary = summaries.get(byRun.get(runId) ?? -1);
    if (summary) summary.loggedModel = true;
  }
  return [...summaries.values()];
}

function summaryOf(row: RunRow): RunSummary {
  return {
    runId: row.run_id,
    name: row.name,
    experiment: row.experiment,
    status: row.status,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    starred: row.starred === 1,
    archived: row.archived === 1,
    deleted: row.deleted_at !== null,
    note: '',
    parent: null,
    metrics: {},
    notFinite: {},
    params: {},
    tags: {},
    commit: row.commit_hash,
    dirty: row.dirty === 1,
    progress: row.progress,
    loggedModel: false,
    registered: [],
    modelVersion: null,
  };
}
