import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { experimentByName } from '../tracking/experiments.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import type { Store } from '../store/store.ts';
import { knownTags } from '../tracking/writeRun.ts';
import { jsonDouble } from './metricValues.ts';
import { invalid, missing, MlflowError } from './mlflowError.ts';

type Sql = Pick<Store, 'sql'>;

const statuses: Record<RunStatus, string> = {
  scheduled: 'SCHEDULED',
  running: 'RUNNING',
  finished: 'FINISHED',
  refused: 'FINISHED',
  failed: 'FAILED',
  interrupted: 'FAILED',
  cancelled: 'KILLED',
};

/** Our word for a status of MLflow. */
export function statusFrom(status: string): RunStatus {
  switch (status) {
    case 'RUNNING':
    case '1':
      return 'running';
    case 'SCHEDULED':
    case '2':
      return 'scheduled';
    case 'FINISHED':
    case '3':
      return 'finished';
    case 'FAILED':
    case '4':
      return 'failed';
    case 'KILLED':
    case '5':
      return 'cancelled';
    default:
      throw invalid(
        `Invalid value '${status}' for parameter 'status' supplied. Known: RUNNING, SCHEDULED, FINISHED, FAILED, KILLED.`,
      );
  }
}

/** The row of a run by its id. */
export function runOf({ sql }: Sql, runId: string): RunRow {
  const row = sql.get<RunRow>('SELECT * FROM runs WHERE run_id = ?', runId);
  if (!row) throw missing(`Run with id=${runId} not found`);
  return row;
}

/** The same for a call that changes the run: one that was deleted takes nothing. */
export function activeRun(store: Sql, runId: string): RunRow {
  const row = runOf(store, runId);
  if (row.deleted_at !== null)
    throw invalid(`The run ${runId} must be in the 'active' state. Current state is deleted.`);
  return row;
}

export function experimentIdOf(store: Sql, name: string): string {
  return String(experimentByName(store, name)?.id ?? 0);
}

/** Where the artifacts of a run are: the experiment's place, or this endpoint's. */
export function artifactUriOf(store: Sql, row: RunRow): string {
  if (row.artifact_uri !== null) return row.artifact_uri;
  return `mlflow-artifacts:/${experimentIdOf(store, row.experiment)}/${row.run_id}/artifacts`;
}

export function runInfo(store: Sql, row: RunRow): Record<string, unknown> {
  return {
    run_uuid: row.run_id,
    run_id: row.run_id,
    run_name: row.name,
    experiment_id: experimentIdOf(store, row.experiment),
    user_id: row.user_id,
    status: statuses[row.status],
    start_time: row.started_at,
    ...(row.ended_at === null ? {} : { end_time: row.ended_at }),
    artifact_uri: artifactUriOf(store, row),
    lifecycle_stage: row.deleted_at === null ? 'active' : 'deleted',
  };
}

/** Runs with all that MLflow knows of them. */
export function wholeRuns(store: Sql, rows: readonly RunRow[]): Record<string, unknown>[] {
  const { sql } = store;
  const ids = JSON.stringify(rows.map((row) => row.id));
  const group = <T extends { run: number }>(items: T[]) => {
    const groups = new Map<number, T[]>();
    for (const item of items) {
      const own = groups.get(item.run);
      if (own) own.push(item);
      else groups.set(item.run, [item]);
    }
    return groups;
  };
  const metrics = group(
    sql.all<{ run: number; key: string; value: number; is_nan: number; at: number; step: number }>(
      'SELECT l.run, k.key, l.value, l.is_nan, l.at, l.step FROM json_each(?) j JOIN latest l ON l.run = j.value JOIN metric_keys k ON k.id = l.key',
      ids,
    ),
  );
  const params = group(
    sql.all<{ run: number; key: string; value: string }>(
      'SELECT p.run, p.key, p.value FROM json_each(?) j JOIN params p ON p.run = j.value',
      ids,
    ),
  );
  const tags = group(
    sql.all<{ run: number; key: string; value: string }>(
      'SELECT t.run, t.key, t.value FROM json_each(?) j JOIN tags t ON t.run = j.value',
      ids,
    ),
  );
  const inputs = group(
    sql.all<{
      run: number;
      tags: string;
      name: string;
      digest: string;
      source_type: string;
      source: string;
      schema: string | null;
      profile: string | null;
    }>(
      'SELECT i.run, i.tags, d.name, d.digest, d.source_type, d.source, d.schema, d.profile FROM json_each(?) j JOIN dataset_inputs i ON i.run = j.value JOIN mlflow_datasets d ON d.id = i.dataset',
      ids,
    ),
  );
  const models = group(
    sql.all<{ run: number; model_id: string; direction: string; step: number }>(
      'SELECT m.run, m.model_id, m.direction, m.step FROM json_each(?) j JOIN run_models m ON m.run = j.value',
      ids,
    ),
  );
  return rows.map((row) => {
    const own = (tags.get(row.id) ?? []).map(({ key, value }) => ({ key, value }));
    if (!own.some(({ key }) => key === knownTags.name)) own.push({ key: knownTags.name, value: row.name });
    return {
      info: runInfo(store, row),
      data: {
        metrics: (metrics.get(row.id) ?? []).map((m) => ({
          key: m.key,
          value: jsonDouble(m.value, m.is_nan),
          timestamp: m.at,
          step: m.step,
        })),
        params: (params.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
        tags: own,
      },
      inputs: {
        dataset_inputs: (inputs.get(row.id) ?? []).map((input) => ({
          tags: JSON.parse(input.tags) as unknown,
          dataset: {
            name: input.name,
            digest: input.digest,
            source_type: input.source_type,
            source: input.source,
            ...(input.schema === null ? {} : { schema: input.schema }),
            ...(input.profile === null ? {} : { profile: input.profile }),
          },
        })),
        model_inputs: (models.get(row.id) ?? [])
          .filter((m) => m.direction === 'input')
          .map((m) => ({ model_id: m.model_id })),
      },
      outputs: {
        model_outputs: (models.get(row.id) ?? [])
          .filter((m) => m.direction === 'output')
          .map((m) => ({ model_id: m.model_id, step: m.step })),
      },
    };
  });
}

/** What a store says of a problem, as MLflow's error. */
export function refusedBy(error: unknown): never {
  throw error instanceof MlflowError ? error : invalid(error instanceof Error ? error.message : String(error));
}
