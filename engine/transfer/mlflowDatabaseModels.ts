import { messageOf } from '../base/errors.ts';
import { findArtifacts } from './artifactPlaces.ts';
import { modelStatuses } from './fileStoreModels.ts';
import { meantValue, textsBy, type Tables } from './mlflowTables.ts';
import type { SourceModel, SourceRegistered, Tell } from './records.ts';

interface ModelRow {
  model_id: string;
  experiment_id: string;
  name: string;
  artifact_location: string;
  creation_timestamp_ms: number;
  last_updated_timestamp_ms: number;
  status: number | string;
  lifecycle_stage: string | null;
  model_type: string | null;
  source_run_id: string | null;
  status_message: string | null;
}

interface MetricRow {
  metric_name: string;
  metric_timestamp_ms: number;
  metric_step: number;
  metric_value: number | null;
  run_id: string;
  dataset_name: string | null;
  dataset_digest: string | null;
}

/** The logged models of MLflow 3; none in databases of older versions. */
export function* readDatabaseModels(tables: Tables, file: string, root: string, tell: Tell): Iterable<SourceModel> {
  const columns = [
    'model_id',
    'text:experiment_id',
    'name',
    'artifact_location',
    'creation_timestamp_ms',
    'last_updated_timestamp_ms',
    'status',
    'lifecycle_stage',
    'model_type',
    'source_run_id',
    'status_message',
  ];
  const params = textsBy(tables, 'logged_model_params', 'model_id', 'param_key', 'param_value');
  const tags = textsBy(tables, 'logged_model_tags', 'model_id', 'tag_key', 'tag_value');
  for (const row of tables.rows<ModelRow>('logged_models', columns, 'ORDER BY creation_timestamp_ms, model_id')) {
    try {
      const metrics = tables.rows<MetricRow>(
        'logged_model_metrics',
        [
          'metric_name',
          'metric_timestamp_ms',
          'metric_step',
          'metric_value',
          'run_id',
          'dataset_name',
          'dataset_digest',
        ],
        'WHERE model_id = ?',
        row.model_id,
      );
      yield {
        id: row.model_id,
        experimentId: row.experiment_id,
        name: row.name,
        createdAt: row.creation_timestamp_ms,
        updatedAt: row.last_updated_timestamp_ms,
        status: modelStatuses[String(row.status)] ?? String(row.status),
        statusMessage: row.status_message,
        modelType: row.model_type,
        sourceRunId: row.source_run_id,
        deleted: row.lifecycle_stage === 'deleted',
        params: params.get(row.model_id) ?? new Map<string, string>(),
        tags: tags.get(row.model_id) ?? new Map<string, string>(),
        metrics: metrics.map((m) => ({
          key: m.metric_name,
          at: m.metric_timestamp_ms,
          step: m.metric_step,
          value: meantValue(m.metric_value, null),
          runId: m.run_id,
          datasetName: m.dataset_name ?? '',
          datasetDigest: m.dataset_digest ?? '',
        })),
        artifacts: findArtifacts(row.artifact_location, row.model_id, null, root),
      };
    } catch (error) {
      tell(file, `the logged model ${row.model_id} was left out: ${messageOf(error)}`);
    }
  }
}

interface VersionRow {
  name: string;
  version: number;
  creation_time: number | null;
  last_updated_time: number | null;
  description: string | null;
  user_id: string | null;
  current_stage: string | null;
  source: string | null;
  run_id: string | null;
  run_link: string | null;
  status: string | null;
  status_message: string | null;
}

const versionColumns = [
  'name',
  'version',
  'creation_time',
  'last_updated_time',
  'description',
  'user_id',
  'current_stage',
  'source',
  'run_id',
  'run_link',
  'status',
  'status_message',
];

/**
 * The registered models. With several workspaces, only MLflow can distinguish the names, so only those of the first are
 * read.
 */
export function* readDatabaseRegistered(tables: Tables): Iterable<SourceRegistered> {
  const one = (table: string) => (tables.hasColumn(table, 'workspace') ? ` AND workspace = 'default'` : '');
  const texts = (table: string, where: string, ...values: (string | number)[]) =>
    new Map(
      tables
        .rows<{ key: string; value: string | null }>(table, ['key', 'value'], `WHERE ${where}${one(table)}`, ...values)
        .map(({ key, value }): [string, string] => [key, value ?? '']),
    );
  for (const model of tables.rows<{
    name: string;
    creation_time: number | null;
    last_updated_time: number | null;
    description: string | null;
  }>(
    'registered_models',
    ['name', 'creation_time', 'last_updated_time', 'description'],
    `WHERE 1${one('registered_models')} ORDER BY name`,
  )) {
    const createdAt = model.creation_time ?? 0;
    const versions = tables.rows<VersionRow>(
      'model_versions',
      versionColumns,
      `WHERE name = ? AND ifnull(current_stage, '') <> 'Deleted_Internal'${one('model_versions')} ORDER BY version`,
      model.name,
    );
    yield {
      name: model.name,
      createdAt,
      updatedAt: model.last_updated_time ?? createdAt,
      description: model.description ?? '',
      tags: texts('registered_model_tags', 'name = ?', model.name),
      aliases: new Map(
        tables
          .rows<{ alias: string; version: number }>(
            'registered_model_aliases',
            ['alias', 'version'],
            `WHERE name = ?${one('registered_model_aliases')}`,
            model.name,
          )
          .map(({ alias, version }): [string, number] => [alias, version]),
      ),
      versions: versions.map((row) => ({
        version: row.version,
        createdAt: row.creation_time ?? 0,
        updatedAt: row.last_updated_time ?? row.creation_time ?? 0,
        description: row.description ?? '',
        userId: row.user_id ?? '',
        stage: row.current_stage ?? 'None',
        source: row.source,
        runId: row.run_id ?? '',
        runLink: row.run_link,
        status: row.status ?? 'READY',
        statusMessage: row.status_message,
        modelId: null,
        tags: texts('model_version_tags', 'name = ? AND version = ?', row.name, row.version),
      })),
    };
  }
}
