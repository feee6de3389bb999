import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { DataError, ProjectError } from '../base/errors.ts';
import { openForeignDatabase } from '../store/openForeignDatabase.ts';
import { findArtifacts } from './artifactPlaces.ts';
import { readDatabaseModels, readDatabaseRegistered } from './mlflowDatabaseModels.ts';
import { meantValue, Tables, textsBy } from './mlflowTables.ts';
import type {
  RunHandle,
  SourceDataset,
  SourceExperiment,
  SourcePoint,
  SourceRun,
  Tell,
  TransferSource,
} from './records.ts';

const statuses: Record<string, RunStatus> = {
  RUNNING: 'running',
  SCHEDULED: 'scheduled',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'cancelled',
};
const pointsAtOnce = 5000;

interface RunRow {
  run_uuid: string;
  name: string | null;
  status: string | number | null;
  start_time: number | null;
  end_time: number | null;
  deleted_time: number | null;
  lifecycle_stage: string | null;
  artifact_uri: string | null;
  experiment_id: string;
  user_id: string | null;
  source_name: string | null;
  source_version: string | null;
}

const runColumns = [
  'run_uuid',
  'name',
  'status',
  'start_time',
  'end_time',
  'deleted_time',
  'lifecycle_stage',
  'artifact_uri',
  'text:experiment_id',
  'user_id',
  'source_name',
  'source_version',
];

/** Opens an `mlflow.db`, MLflow's tracking database in SQLite, of any version. Read-only. */
export function openMlflowDatabase(path: string, tell: Tell): TransferSource {
  const file = realpathSync(path);
  const db = openForeignDatabase(file);
  const tables = new Tables(db);
  if (!tables.hasColumn('runs', 'run_uuid') || !tables.has('experiments')) {
    db.close();
    throw new ProjectError(
      `${path} is a SQLite database but not one of MLflow: it has no tables \`experiments\` and \`runs\`.`,
    );
  }
  const root = dirname(file);
  if (tables.rows<{ found: number }>('trace_info', ['request_id'], 'LIMIT 1').length > 0)
    tell(file, 'traces are not imported');
  return {
    kind: 'mlflow.db',
    key: `mlflow.db:${file}`,
    experiments: readExperiments(tables),
    runs: runHandles(tables, file, root),
    models: () => readDatabaseModels(tables, file, root, tell),
    registered: () => readDatabaseRegistered(tables),
    close: () => db.close(),
  };
}

function readExperiments(tables: Tables): SourceExperiment[] {
  const tags = textsBy(tables, 'experiment_tags', 'experiment_id');
  return tables
    .rows<{
      experiment_id: string;
      name: string;
      lifecycle_stage: string | null;
      creation_time: number | null;
      last_update_time: number | null;
    }>(
      'experiments',
      ['text:experiment_id', 'name', 'lifecycle_stage', 'creation_time', 'last_update_time'],
      'ORDER BY experiment_id',
    )
    .map((row) => ({
      id: row.experiment_id,
      name: row.name,
      deleted: row.lifecycle_stage === 'deleted',
      createdAt: row.creation_time,
      updatedAt: row.last_update_time,
      tags: tags.get(row.experiment_id) ?? new Map<string, string>(),
    }));
}

/**
 * All runs. Params, tags and the number of points form the signature, so that points are read only for changed runs.
 */
function runHandles(tables: Tables, file: string, root: string): RunHandle[] {
  const params = textsBy(tables, 'params', 'run_uuid');
  const tags = textsBy(tables, 'tags', 'run_uuid');
  const counts = tables.counts('metrics', 'run_uuid');
  const links = new Map<string, number>();
  for (const { destination_id: to, source_id: from } of tables.iterate<{ destination_id: string; source_id: string }>(
    'inputs',
    ['destination_id', 'source_id'],
  ))
    for (const id of [to, from]) links.set(id, (links.get(id) ?? 0) + 1);
  return tables.rows<RunRow>('runs', runColumns, 'ORDER BY start_time, run_uuid').map((row) => {
    const own = {
      params: params.get(row.run_uuid) ?? new Map<string, string>(),
      tags: tags.get(row.run_uuid) ?? new Map<string, string>(),
    };
    const hash = createHash('sha256').update(
      JSON.stringify([
        row,
        [...own.params],
        [...own.tags],
        counts.get(row.run_uuid) ?? 0,
        links.get(row.run_uuid) ?? 0,
      ]),
    );
    return {
      id: row.run_uuid,
      signature: hash.digest('hex').slice(0, 32),
      read: () => readRun(tables, file, root, row, own),
    };
  });
}

function readRun(
  tables: Tables,
  file: string,
  root: string,
  row: RunRow,
  own: { params: Map<string, string>; tags: Map<string, string> },
): SourceRun {
  const id = row.run_uuid;
  const status = row.status === null ? 'scheduled' : statuses[String(row.status)];
  if (status === undefined) throw new DataError(`its status is ${JSON.stringify(row.status)}`, { place: { file } });
  const tags = new Map(own.tags);
  // Before tags, separate fields described the code.
  for (const [value, tag] of [
    [row.source_name, 'mlflow.source.name'],
    [row.source_version, 'mlflow.source.git.commit'],
  ] as const)
    if (value && !tags.has(tag)) tags.set(tag, value);
  return {
    id,
    experimentId: row.experiment_id,
    name: tags.get('mlflow.runName') || row.name || '',
    status,
    startedAt: row.start_time ?? row.end_time ?? 0,
    endedAt: row.end_time,
    deleted: row.lifecycle_stage === 'deleted',
    deletedAt: row.deleted_time,
    userId: row.user_id ?? '',
    params: own.params,
    tags,
    metrics: readMetrics(tables, id),
    datasets: readDatasets(tables, id),
    models: readLinks(tables, id),
    artifacts: findArtifacts(row.artifact_uri, id, null, root),
  };
}

function readMetrics(tables: Tables, run: string): SourceRun['metrics'] {
  const keys = tables.rows<{ key: string }>('metrics', ['key'], 'WHERE run_uuid = ? GROUP BY key ORDER BY key', run);
  return keys.map(({ key }) => ({
    key,
    *points() {
      let part: SourcePoint[] = [];
      for (const row of tables.iterate<{
        value: number | null;
        timestamp: number | null;
        step: number | null;
        is_nan: number | null;
      }>('metrics', ['value', 'timestamp', 'step', 'is_nan'], 'WHERE run_uuid = ? AND key = ?', run, key)) {
        part.push({ value: meantValue(row.value, row.is_nan), at: row.timestamp ?? 0, step: row.step ?? 0 });
        if (part.length < pointsAtOnce) continue;
        yield part;
        part = [];
      }
      yield part;
    },
  }));
}

function readDatasets(tables: Tables, run: string): SourceDataset[] {
  const uses = tables.rows<{ input_uuid: string; source_id: string }>(
    'inputs',
    ['input_uuid', 'source_id'],
    `WHERE source_type = 'DATASET' AND destination_type = 'RUN' AND destination_id = ?`,
    run,
  );
  return uses.flatMap(({ input_uuid: input, source_id: dataset }) => {
    const [row] = tables.rows<{
      name: string;
      digest: string;
      dataset_source_type: string;
      dataset_source: string;
      dataset_schema: string | null;
      dataset_profile: string | null;
    }>(
      'datasets',
      ['name', 'digest', 'dataset_source_type', 'dataset_source', 'dataset_schema', 'dataset_profile'],
      'WHERE dataset_uuid = ?',
      dataset,
    );
    if (!row) return [];
    const tags = tables
      .rows<{ name: string; value: string }>(
        'input_tags',
        ['name', 'value'],
        'WHERE input_uuid = ? ORDER BY name',
        input,
      )
      .map(({ name, value }) => ({ key: name, value }));
    return [
      {
        name: row.name,
        digest: row.digest,
        sourceType: row.dataset_source_type,
        source: row.dataset_source,
        schema: row.dataset_schema,
        profile: row.dataset_profile,
        tags,
      },
    ];
  });
}

function readLinks(tables: Tables, run: string): SourceRun['models'] {
  const rows = tables.rows<{ source_type: string; destination_id: string; step: number | null }>(
    'inputs',
    ['source_type', 'destination_id', 'step'],
    `WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id = ? ORDER BY destination_id`,
    run,
  );
  return rows.map((row) => ({
    id: row.destination_id,
    direction: row.source_type === 'RUN_INPUT' ? 'input' : 'output',
    step: row.step ?? 0,
  }));
}
