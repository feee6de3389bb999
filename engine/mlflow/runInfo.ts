import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { runRow } from '../tracking/loggedRuns.ts';
import { metricNamesOf } from '../tracking/metricNames.ts';
import { datasetInputsOf, modelLinksOf } from '../tracking/runInputs.ts';
import { latestOfRuns, paramsOfRuns, tagsOfRuns } from '../tracking/runValues.ts';
import { experimentByName } from '../tracking/experiments.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import type { Store } from '../store/store.ts';
import { knownTags } from '../tracking/writeRun.ts';
import { jsonDouble } from './metricValues.ts';
import { invalid, missing } from './mlflowError.ts';
import { checkKey, cut, limits } from './names.ts';
import { list, optionalText, type StageClient } from './request.ts';

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

/** Loopwright's status for a status of MLflow. */
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
export function runOf(store: Sql, runId: string): RunRow {
  const row = runRow(store, runId);
  if (!row) throw missing(`Run with id=${runId} not found`);
  return row;
}

/** The same for a call that changes the run: deleted runs are read-only. */
export function activeRun(store: Sql, runId: string): RunRow {
  const row = runOf(store, runId);
  if (row.deleted_at !== null)
    throw invalid(`The run ${runId} must be in the 'active' state. Current state is deleted.`);
  return row;
}

export function experimentIdOf(store: Sql, name: string): string {
  return String(experimentByName(store, name)?.id ?? 0);
}

/** Location of the artifacts of a run: that of the experiment, or this endpoint. */
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
    end_time: row.ended_at ?? undefined,
    artifact_uri: artifactUriOf(store, row),
    lifecycle_stage: row.deleted_at === null ? 'active' : 'deleted',
  };
}

/**
 * Runs with all fields of MLflow. For the program of a stage, the metrics of its own run have the names that the program
 * used.
 */
export function wholeRuns(
  store: Sql,
  rows: readonly RunRow[],
  stage: StageClient | null = null,
): Record<string, unknown>[] {
  const names = stage ? metricNamesOf(stage.runId)?.own(stage.stage) : undefined;
  const ids = rows.map((row) => row.id);
  const metrics = byRun(latestOfRuns(store, ids));
  const params = byRun(paramsOfRuns(store, ids));
  const tags = byRun(tagsOfRuns(store, ids));
  const inputs = byRun(datasetInputsOf(store, ids));
  const models = byRun(modelLinksOf(store, ids));
  return rows.map((row) => {
    const own = (tags.get(row.id) ?? []).map(({ key, value }) => ({ key, value }));
    if (!own.some(({ key }) => key === knownTags.name)) own.push({ key: knownTags.name, value: row.name });
    const links = models.get(row.id) ?? [];
    return {
      info: runInfo(store, row),
      data: {
        metrics: (metrics.get(row.id) ?? []).map((m) => ({
          key: (row.run_id === stage?.runId ? names?.get(m.key) : undefined) ?? m.key,
          value: jsonDouble(m.is_nan === 1 ? Number.NaN : m.value),
          timestamp: m.at,
          step: m.step,
        })),
        params: (params.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
        tags: own,
      },
      inputs: {
        dataset_inputs: (inputs.get(row.id) ?? []).map((input) => ({
          tags: input.tags,
          dataset: {
            name: input.name,
            digest: input.digest,
            source_type: input.sourceType,
            source: input.source,
            schema: input.schema ?? undefined,
            profile: input.profile ?? undefined,
          },
        })),
        model_inputs: links.filter((link) => link.direction === 'input').map(({ id }) => ({ model_id: id })),
      },
      outputs: {
        model_outputs: links
          .filter((link) => link.direction === 'output')
          .map(({ id, step }) => ({ model_id: id, step })),
      },
    };
  });
}

function byRun<T extends { run: number }>(items: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const own = groups.get(item.run);
    if (own) own.push(item);
    else groups.set(item.run, [item]);
  }
  return groups;
}

/** True for a run that a `loopwright` process starts and ends itself. */
export function isOurs(row: RunRow): boolean {
  return row.source === 'loopwright';
}

/** The tags of a request. */
export function tagsIn(body: Record<string, unknown>): Map<string, string> {
  return new Map(
    list(body, 'tags').map((tag, i) => [
      checkKey(tag.key, `tags[${i}].key`),
      cut(optionalText(tag, 'value') ?? '', limits.tag),
    ]),
  );
}
