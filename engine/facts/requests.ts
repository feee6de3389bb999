import { modelsOf } from '../project/models.ts';
import { createHash } from 'node:crypto';
import { graphOf, type Graph } from '../project/graph.ts';
import { textOf, type Project } from '../project/loadProject.ts';
import { taskOf } from '../project/taskOf.ts';
import type { Task } from '../evaluation/predictions.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { readOfDataset, schemaOfDataset } from '../project/schemaOfDataset.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { tablesIn } from '../project/tablesIn.ts';

export interface DatasetRequest {
  kind: 'dataset';
  name: string;
  path: string;
  schemaPath: string | null;
  schema: DatasetSchema | null;
  /** How its text files are read, where the dataset or its schema says so. */
  read?: ReadSettings | null;
  /** Environment, such as `training`, for datasets that a prepare stage writes. */
  environment: string | null;
  /** Dataset that each foreign key refers to; null where it is not declared. */
  foreign: ({ path: string; schema: DatasetSchema | null; read?: ReadSettings | null } | null)[];
}

export interface TrainRequest {
  kind: 'train';
  name: string;
  path: string;
  schema: DatasetSchema;
  /** How its text files are read, where the dataset or its schema says so. */
  read?: ReadSettings | null;
  task: Task;
  target: string;
  features: string[];
  timestamp: string | null;
  positive: string | null;
}

export interface SqlRequest {
  kind: 'sql';
  name: string;
  sql: string;
  /** Values for `$name` in the SQL. */
  params: Record<string, string | number | boolean>;
  tables: { name: string; path: string; schema: DatasetSchema | null; read?: ReadSettings | null }[];
}

export interface HistoryRequest {
  kind: 'history';
  name: string;
}

/** A request for one fact about a project, with everything that the fact depends on except the files it reads. */
export type FactRequest = DatasetRequest | TrainRequest | SqlRequest | HistoryRequest;

/**
 * Returns the requests for all facts that the checks and hovers of a project need. Invalid parts of the project are
 * skipped.
 */
export function factRequests(project: Project, graph?: Graph): FactRequest[] {
  const config = project.readable?.config;
  if (!config) return [];
  const { stages } = graph ?? graphOf(config, project.files);
  const prepared = new Set([...stages.values()].filter((node) => node.kind === 'prepare').map((node) => node.writes));
  const schemaOf = (name: string) => schemaNamed(project, config, name);
  const requests: FactRequest[] = [
    {
      kind: 'history',
      name: modelsOf(config)
        .map(({ name }) => name)
        .join(' '),
    },
  ];
  for (const [name, { path }] of Object.entries(config.datasets ?? {})) {
    const schema = schemaOf(name);
    requests.push({
      kind: 'dataset',
      name,
      path,
      schemaPath: config.datasets?.[name]?.schema ?? null,
      schema,
      read: readOfDataset(project, config, name) ?? null,
      environment: prepared.has(name) ? 'training' : null,
      foreign: (schema?.foreignKeys ?? []).map(({ reference }) => {
        const other = reference.resource === undefined || reference.resource === '' ? name : reference.resource;
        const found = config.datasets?.[other];
        return found
          ? { path: found.path, schema: schemaOf(other), read: readOfDataset(project, config, other) ?? null }
          : null;
      }),
    });
  }
  for (const [name, stage] of Object.entries(config.stages)) {
    if (!('uses' in stage)) continue;
    if (stage.uses === 'prepare') {
      const sql = textOf(project, stage.with.sql);
      if (sql.trim() !== '')
        requests.push({
          kind: 'sql',
          name,
          sql,
          params: stage.with.params ?? {},
          tables: tablesIn(sql, Object.keys(config.datasets ?? {}))
            .filter((table) => table !== stage.with.output)
            .map((table) => ({
              name: table,
              path: config.datasets?.[table]?.path ?? '',
              schema: schemaOf(table),
              read: readOfDataset(project, config, table) ?? null,
            })),
        });
    }
    if (stage.uses !== 'train') continue;
    const schema = schemaOf(stage.with.data);
    const target = schema?.fields.find((field) =>
      stage.with.target === undefined ? field.loopwright?.role === 'target' : field.name === stage.with.target,
    );
    const task = taskOf(stage, schema);
    const dataset = config.datasets?.[stage.with.data];
    if (!schema || !target || !task || !dataset) continue;
    requests.push({
      kind: 'train',
      name,
      path: dataset.path,
      schema,
      read: readOfDataset(project, config, stage.with.data) ?? null,
      task,
      target: target.name,
      features:
        stage.with.features ??
        schema.fields.filter((field) => field.loopwright?.role === 'feature').map((field) => field.name),
      timestamp: schema.fields.find((field) => field.loopwright?.role === 'timestamp')?.name ?? null,
      positive: target.loopwright?.positive === undefined ? null : String(target.loopwright.positive),
    });
  }
  return requests;
}

function schemaNamed(project: Project, config: ProjectConfig, dataset: string): DatasetSchema | null {
  return schemaOfDataset(project, config, dataset);
}

/** Many requests share a schema, and it stays the same object while its file is unchanged. */
const schemaHashes = new WeakMap<DatasetSchema, string>();

/** The key of a request is read several times after each keystroke. */
const keys = new WeakMap<FactRequest, string>();

/** Returns the key of a request: requests with equal keys are equal. */
export function requestKey(request: FactRequest): string {
  let key = keys.get(request);
  if (key === undefined) keys.set(request, (key = keyOf(request)));
  return key;
}

function keyOf(request: FactRequest): string {
  const text = JSON.stringify(request, (_key, value: unknown) => {
    if (value === null || typeof value !== 'object' || !('fields' in value) || !Array.isArray(value.fields))
      return value;
    const schema = value as DatasetSchema;
    let hash = schemaHashes.get(schema);
    if (hash === undefined) schemaHashes.set(schema, (hash = hashOf(JSON.stringify(schema))));
    return hash;
  });
  return hashOf(text);
}

function hashOf(text: string): string {
  return createHash('sha1').update(text).digest('base64url');
}
