import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { DataError, messageOf } from '../base/errors.ts';
import { mlflowClient, type Json, type MlflowClient } from './mlflowClient.ts';
import type {
  ArtifactPlace,
  RunHandle,
  SourceDataset,
  SourceExperiment,
  SourceMetric,
  SourcePoint,
  SourceRegistered,
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
const atOnce = 1000;

/**
 * Opens an MLflow tracking server, read-only. Runs are listed immediately; points and artifacts are fetched only for
 * imported runs.
 */
export async function openServer(
  address: string,
  tell: Tell,
  { env = process.env, signal }: { env?: Record<string, string | undefined>; signal?: AbortSignal } = {},
): Promise<TransferSource> {
  const client = mlflowClient(address, env, signal);
  const files = mkdtempSync(join(tmpdir(), 'loopwright-import-'));
  const close = (): void => rmSync(files, { recursive: true, force: true });
  try {
    const experiments = (await pages(client, 'experiments/search', { view_type: 'ALL' }, 'experiments')).map(
      experimentFrom,
    );
    const runs: RunHandle[] = [];
    for (const { id } of experiments)
      runs.push(
        ...(await pages(client, 'runs/search', { experiment_ids: [id], run_view_type: 'ALL' }, 'runs')).map((run) =>
          handleFor(client, run, join(files, String(runs.length)), tell),
        ),
      );
    const registered = await readRegistered(client);
    return {
      kind: 'server',
      key: `server:${client.uri}`,
      experiments,
      runs,
      models: () => [],
      registered: () => registered,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** All items of a search over its pages. */
async function pages(client: MlflowClient, path: string, body: Json, list: string): Promise<Json[]> {
  const found: Json[] = [];
  let token: unknown;
  do {
    const page = await client.post(path, { ...body, max_results: atOnce, page_token: token });
    found.push(...items(page[list]));
    token = page['next_page_token'];
  } while (token);
  return found;
}

/** The same for a search with GET. */
async function listed(
  client: MlflowClient,
  path: string,
  query: Record<string, string | number | undefined>,
  list: string,
): Promise<Json[]> {
  const found: Json[] = [];
  let token: string | undefined;
  do {
    const page = await client.get(path, { ...query, page_token: token });
    found.push(...items(page[list]));
    token = text(page['next_page_token']) || undefined;
  } while (token !== undefined);
  return found;
}

function experimentFrom(row: Json): SourceExperiment {
  return {
    id: text(row['experiment_id']),
    name: text(row['name']),
    deleted: row['lifecycle_stage'] === 'deleted',
    createdAt: time(row['creation_time']),
    updatedAt: time(row['last_update_time']),
    tags: texts(row['tags']),
  };
}

function handleFor(client: MlflowClient, run: Json, folder: string, tell: Tell): RunHandle {
  const id = text(object(run['info'])['run_id']);
  return {
    id,
    signature: createHash('sha256').update(JSON.stringify(run)).digest('hex').slice(0, 32),
    read: () => readRun(client, run, folder, tell),
  };
}

async function readRun(client: MlflowClient, run: Json, folder: string, tell: Tell): Promise<SourceRun> {
  const [info, data, inputs, outputs] = [
    object(run['info']),
    object(run['data']),
    object(run['inputs']),
    object(run['outputs']),
  ];
  const id = text(info['run_id']);
  const status = statuses[text(info['status'])];
  if (status === undefined)
    throw new DataError(`its status is ${JSON.stringify(info['status'])}`, { place: { file: client.uri } });
  const metrics: SourceMetric[] = [];
  for (const { key } of items(data['metrics'])) {
    const points = await pointsOf(client, id, text(key));
    metrics.push({ key: text(key), points: () => [points] });
  }
  const tags = texts(data['tags']);
  const linked = (from: unknown, direction: 'input' | 'output') =>
    items(from).map((link) => ({ id: text(link['model_id']), direction, step: number(link['step']) }));
  return {
    id,
    experimentId: text(info['experiment_id']),
    name: text(info['run_name']) || (tags.get('mlflow.runName') ?? ''),
    status,
    startedAt: time(info['start_time']) ?? 0,
    endedAt: time(info['end_time']),
    deleted: info['lifecycle_stage'] === 'deleted',
    deletedAt: null,
    userId: text(info['user_id']),
    params: texts(data['params']),
    tags,
    metrics,
    datasets: items(inputs['dataset_inputs']).map(datasetFrom),
    models: [...linked(inputs['model_inputs'], 'input'), ...linked(outputs['model_outputs'], 'output')],
    artifacts: await fetchArtifacts(client, id, text(info['artifact_uri']), folder, tell),
  };
}

async function pointsOf(client: MlflowClient, run: string, key: string): Promise<SourcePoint[]> {
  const rows = await listed(
    client,
    'metrics/get-history',
    { run_id: run, metric_key: key, max_results: 25_000 },
    'metrics',
  );
  return rows.map((row) => ({
    value: number(row['value'], Number.NaN),
    step: number(row['step']),
    at: number(row['timestamp']),
  }));
}

function datasetFrom(input: Json): SourceDataset {
  const dataset = object(input['dataset']);
  const orNull = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    name: text(dataset['name']),
    digest: text(dataset['digest']),
    sourceType: text(dataset['source_type']),
    source: text(dataset['source']),
    schema: orNull(dataset['schema']),
    profile: orNull(dataset['profile']),
    tags: [...texts(input['tags'])].map(([key, value]) => ({ key, value })),
  };
}

/** Copies the files of a run that the server itself stores into a folder; files in a bucket stay at their address. */
async function fetchArtifacts(
  client: MlflowClient,
  run: string,
  uri: string,
  folder: string,
  tell: Tell,
): Promise<ArtifactPlace> {
  const root = /^mlflow-artifacts:\/+(?:[^/]+:\d+\/)?(.*)$/.exec(uri)?.[1];
  if (root === undefined) return { folder: null, uri };
  try {
    let found = 0;
    for (const folders = ['']; folders.length > 0;) {
      const path = folders.pop() ?? '';
      for (const file of await listed(
        client,
        'artifacts/list',
        { run_id: run, ...(path === '' ? {} : { path }) },
        'files',
      )) {
        const name = text(file['path']);
        if (name.split('/').includes('..') || name.startsWith('/'))
          throw new DataError(`its artifact ${JSON.stringify(name)} has a path that leads out of its folder`);
        if (file['is_dir'] === true) folders.push(name);
        else {
          await writeFile(client, `${root}/${name}`, join(folder, name));
          found++;
        }
      }
    }
    return { folder: found > 0 ? folder : null, uri: null };
  } catch (error) {
    if (error instanceof DataError) throw error;
    tell(run, `its artifacts could not be fetched: ${messageOf(error)}`);
    return { folder: null, uri: null };
  }
}

async function writeFile(client: MlflowClient, path: string, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const body = await client.download(path);
  await pipeline(Readable.fromWeb(body), createWriteStream(target));
}

async function readRegistered(client: MlflowClient): Promise<SourceRegistered[]> {
  const models = await listed(client, 'registered-models/search', { max_results: 100 }, 'registered_models');
  return Promise.all(
    models.map(async (model): Promise<SourceRegistered> => {
      const name = text(model['name']);
      const versions = await listed(
        client,
        'model-versions/search',
        { filter: `name = '${name.replaceAll("'", "\\'")}'`, max_results: 1000 },
        'model_versions',
      );
      return {
        name,
        createdAt: number(model['creation_timestamp']),
        updatedAt: number(model['last_updated_timestamp']),
        description: text(model['description']),
        tags: texts(model['tags']),
        aliases: new Map(items(model['aliases']).map((alias) => [text(alias['alias']), number(alias['version'])])),
        versions: versions
          .map((version) => ({
            version: number(version['version']),
            createdAt: number(version['creation_timestamp']),
            updatedAt: number(version['last_updated_timestamp']),
            description: text(version['description']),
            userId: text(version['user_id']),
            stage: text(version['current_stage']) || 'None',
            source: text(version['source']) || null,
            runId: text(version['run_id']),
            runLink: text(version['run_link']) || null,
            status: text(version['status']) || 'READY',
            statusMessage: text(version['status_message']) || null,
            modelId: null,
            tags: texts(version['tags']),
          }))
          .toSorted((a, b) => a.version - b.version),
      };
    }),
  );
}

const items = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const texts = (value: unknown): Map<string, string> =>
  new Map(items(value).map((one) => [text(one['key']), text(one['value'])]));
const time = (value: unknown): number | null => (value === undefined || value === null ? null : number(value));

/** A number as the protocol writes it: texts for what JSON has no number for. */
function number(value: unknown, otherwise = 0): number {
  return value === undefined || value === null || value === '' ? otherwise : Number(value);
}
