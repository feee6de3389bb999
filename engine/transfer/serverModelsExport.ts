import { checkCancelled, messageOf } from '../base/errors.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import { modelLinksOf } from '../tracking/runInputs.ts';
import type { Store } from '../store/store.ts';
import { missingFiles, readModelForExport, type ExportedModel, type ExportedModelRow } from './exportedModels.ts';
import { plainKeys, type ExportCounts, type ExportOptions } from './exportedRuns.ts';
import { findImported, markOf, noteImported } from './importedIds.ts';
import { RefusedError, type MlflowClient } from './mlflowClient.ts';
import type { SourceModel, Tell } from './records.ts';
import {
  cutTo,
  endsAll,
  jsonNumber,
  limits,
  markTag,
  parts,
  pointKey,
  sendArtifacts,
  sentName,
  type There,
} from './serverParts.ts';
import { walkFiles } from './walkFiles.ts';

/** The tag of an exported logged model on a server with its id here. */
const ownModelTag = 'loopwright.model_id';
/** Tags that a server adds to a registered model; they contain its own numbers. */
const versionsTag = 'mlflow.modelVersions';

/** A logged model on the server. */
export interface ModelThere {
  id: string;
  uri: string;
}

interface ModelState extends ModelThere {
  mark: string;
  status: string;
  params: Set<string>;
  tags: Map<string, string>;
  metrics: Set<string>;
}

interface ModelJson {
  info: { model_id: string; artifact_uri?: string; status?: string; tags?: { key: string; value: string }[] };
  data?: {
    params?: { key: string }[];
    metrics?: {
      key: string;
      value: number | string;
      timestamp: number | string;
      step?: number | string;
      run_id?: string;
      dataset_name?: string;
      dataset_digest?: string;
    }[];
  };
}

export interface ModelsJob {
  client: MlflowClient;
  store: Store;
  /** The runs on the server, by their id here. */
  runs: ReadonlyMap<string, There>;
  /** The server's experiment for one of this project, created if needed. */
  experiment(name: string): Promise<string>;
  counts: ExportCounts;
  options: ExportOptions & { tell: Tell };
}

/**
 * Sends the logged models; returns those on the server by their id here. Existing ones, recognised by the tag with
 * their id, are extended.
 */
export async function sendModels(job: ModelsJob, rows: readonly ExportedModelRow[]): Promise<Map<string, ModelThere>> {
  const { counts, options } = job;
  const sent = new Map<string, ModelThere>();
  const there = new Map<string, Map<string, ModelState>>();
  for (const [i, row] of rows.entries()) {
    checkCancelled(options.signal);
    options.onProgress?.(`logged model ${i + 1} of ${rows.length}: ${row.name}`, i / rows.length);
    const experiment = await job.experiment(row.experimentName);
    try {
      let known = there.get(experiment);
      if (!known) there.set(experiment, (known = await modelsThere(job.client, experiment)));
      const model = await sendModel(job, experiment, row, known);
      if (model) sent.set(row.model_id, model);
    } catch (error) {
      if (endsAll(error)) throw error;
      counts.modelsSkipped++;
      if (!there.has(experiment) && error instanceof RefusedError && error.status === 404) {
        options.tell(row.experimentName, `its logged models were not sent: servers before MLflow 3 have none`);
        return sent;
      }
      options.tell(row.model_id, `the logged model ${row.name} was not sent completely: ${messageOf(error)}`);
    }
  }
  return sent;
}

/** The logged models of an experiment that came from a Loopwright project, by their id there. */
async function modelsThere(client: MlflowClient, experiment: string): Promise<Map<string, ModelState>> {
  const there = new Map<string, ModelState>();
  let token: string | undefined;
  do {
    const page = (await client.post('logged-models/search', {
      experiment_ids: [experiment],
      filter: `tags.\`${ownModelTag}\` != ''`,
      max_results: 100,
      page_token: token,
    })) as { models?: ModelJson[]; next_page_token?: string };
    for (const model of page.models ?? []) {
      const state = stateOf(model);
      there.set(state.tags.get(ownModelTag) ?? '', state);
    }
    token = page.next_page_token || undefined;
  } while (token !== undefined);
  return there;
}

function stateOf({ info, data }: ModelJson): ModelState {
  const tags = new Map((info.tags ?? []).map(({ key, value }) => [key, value]));
  const metrics = (data?.metrics ?? []).map((m) =>
    metricKey(
      m.key,
      Number(m.timestamp),
      Number(m.step ?? 0),
      Number(m.value),
      m.run_id ?? '',
      m.dataset_name ?? '',
      m.dataset_digest ?? '',
    ),
  );
  return {
    id: info.model_id,
    uri: info.artifact_uri ?? '',
    status: info.status ?? '',
    mark: tags.get(markTag) ?? '',
    params: new Set((data?.params ?? []).map(({ key }) => key)),
    tags,
    metrics: new Set(metrics),
  };
}

/** A server with a database stores NaN of a model as 0, and cannot distinguish them. */
function metricKey(
  key: string,
  at: number,
  step: number,
  value: number,
  run: string,
  dataset: string,
  digest: string,
): string {
  return JSON.stringify([key, pointKey(at, step, Number.isNaN(value) ? 0 : value), run, dataset, digest]);
}

/** Null for a model that a person deleted there, which stays deleted. */
async function sendModel(
  job: ModelsJob,
  experiment: string,
  row: ExportedModelRow,
  known: ReadonlyMap<string, ModelState>,
): Promise<ModelThere | null> {
  const { client, store, runs, counts, options } = job;
  const model = readModelForExport(store, row);
  model.tags.delete(versionsTag);
  const files = model.folder === null ? [] : walkFiles(model.folder, model.folder, options.tell);
  const metrics = model.metrics.filter(({ runId }) => runs.get(runId)?.deleted === false);
  const mark = markOf(
    JSON.stringify([
      row.status,
      row.name,
      [...model.tags],
      model.params.length,
      metrics.length,
      files.map(({ path, bytes, changed }) => [path, bytes, changed]),
    ]),
  );
  const source = `export ${client.uri} model`;
  let before = known.get(row.model_id);
  if (before?.mark === mark) return before;
  if (!before) {
    const noted = findImported(store, source, row.model_id);
    const found = noted ? await notListed(client, noted.id) : null;
    if (found === 'deleted') return null;
    before = found ?? undefined;
  }
  const there = before ?? (await createModel(job, experiment, row));
  noteImported(store, source, row.model_id, there.id, {});
  if (before) counts.modelsUpdated++;
  else counts.models++;
  await sendTexts(client, there, model, options.tell);
  if (metrics.length < model.metrics.length)
    options.tell(
      row.name,
      `${model.metrics.length - metrics.length} of its metrics were left out: they were measured by runs that are not among the exported ones`,
    );
  await sendMetrics(job, there, row.name, metrics);
  const missing = missingFiles(model);
  if (missing !== null) options.tell(row.model_id, `${row.name}: ${missing}`);
  const list = (folder: string | null) =>
    client.get(
      `logged-models/${there.id}/artifacts/directories`,
      folder === null ? {} : { artifact_directory_path: folder },
    );
  await sendArtifacts(client, { name: row.name, uri: there.uri, files, list }, counts, options);
  const isOver = row.status === 'LOGGED_MODEL_READY' || row.status === 'LOGGED_MODEL_UPLOAD_FAILED';
  if (isOver && there.status !== row.status)
    await client.patch(`logged-models/${there.id}`, { model_id: there.id, status: row.status });
  await client.patch(`logged-models/${there.id}/tags`, { tags: [{ key: markTag, value: mark }] });
  return there;
}

/**
 * A model that was sent before and is not listed: deleted there, or without its tag; null when the server does not know
 * it.
 */
async function notListed(client: MlflowClient, id: string): Promise<ModelState | 'deleted' | null> {
  for (const query of [{}, { allow_deleted: 'true' }]) {
    try {
      const { model } = (await client.get(`logged-models/${id}`, query)) as unknown as { model: ModelJson };
      return query.allow_deleted === undefined ? stateOf(model) : 'deleted';
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status !== 404) throw error;
    }
  }
  return null;
}

async function createModel(
  { client, runs, options }: ModelsJob,
  experiment: string,
  row: ExportedModelRow,
): Promise<ModelState> {
  const name = row.name.replaceAll(/[/:.%"']/g, '_');
  if (name !== row.name)
    options.tell(row.name, `the logged model is called \`${name}\` there, because MLflow does not accept the name`);
  const run = runs.get(row.source_run_id ?? '');
  const { model } = (await client.post(
    'logged-models',
    {
      experiment_id: experiment,
      name,
      tags: [{ key: ownModelTag, value: row.model_id }],
      model_type: row.model_type ?? undefined,
      source_run_id: run?.id,
    },
    { once: true },
  )) as unknown as { model: ModelJson };
  return stateOf(model);
}

/** Params and tags that differ. */
async function sendTexts(
  client: MlflowClient,
  there: ModelState,
  { row, params, tags }: ExportedModel,
  tell: Tell,
): Promise<void> {
  const paramNames = plainKeys(params.map(([key]) => key));
  const tagNames = plainKeys([...tags.keys()]);
  const newParams = params
    .map(([key, value]) => ({
      key: sentName(paramNames, key, 'param', row.name, tell),
      value: cutTo(limits.param, key, value, row.name, tell),
    }))
    .filter(({ key }) => !there.params.has(key));
  const newTags = [...tags]
    .map(([key, value]) => ({
      key: sentName(tagNames, key, 'tag', row.name, tell),
      value: cutTo(limits.tag, key, value, row.name, tell),
    }))
    .filter(({ key, value }) => there.tags.get(key) !== value);
  for (const part of parts(newParams, limits.params))
    await client.post(`logged-models/${there.id}/params`, { model_id: there.id, params: part });
  for (const part of parts([{ key: ownModelTag, value: row.model_id }, ...newTags], limits.tags))
    await client.patch(`logged-models/${there.id}/tags`, { tags: part });
}

/** Metrics of a model are logged to the runs that measured them. */
async function sendMetrics(
  { client, runs, options }: ModelsJob,
  there: ModelState,
  name: string,
  metrics: SourceModel['metrics'],
): Promise<void> {
  const names = plainKeys([...new Set(metrics.map(({ key }) => key))]);
  const byRun = new Map<string, SourceModel['metrics']>();
  for (const metric of metrics) {
    const run = runs.get(metric.runId)?.id ?? '';
    if (
      there.metrics.has(
        metricKey(
          names.get(metric.key) ?? metric.key,
          metric.at,
          metric.step,
          metric.value,
          run,
          metric.datasetName,
          metric.datasetDigest,
        ),
      )
    )
      continue;
    const own = byRun.get(run);
    if (own) own.push(metric);
    else byRun.set(run, [metric]);
  }
  for (const [run, own] of byRun) {
    for (const round of rounds(own)) {
      const items = round.map((m) => ({
        key: names.get(m.key) ?? m.key,
        value: jsonNumber(m),
        timestamp: m.at,
        step: m.step,
        model_id: there.id,
        run_id: run,
        dataset_name: m.datasetName || undefined,
        dataset_digest: m.datasetDigest || undefined,
      }));
      for (const part of parts(items, limits.metrics)) {
        checkCancelled(options.signal);
        try {
          await client.post('runs/log-batch', { run_id: run, metrics: part });
        } catch (error) {
          if (endsAll(error)) throw error;
          options.tell(name, `${part.length} of its metrics were refused: ${messageOf(error)}`);
        }
      }
    }
  }
}

/**
 * A server with a database stores one value per metric, time and step of a run: duplicates are sent separately, so that
 * only they are refused.
 */
function rounds(metrics: SourceModel['metrics']): SourceModel['metrics'][] {
  const found: SourceModel['metrics'][] = [];
  const seen = new Map<string, number>();
  for (const metric of metrics) {
    const key = JSON.stringify([metric.key, metric.at, metric.step]);
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    (found[round] ??= []).push(metric);
  }
  return found;
}

/** Logs the input and output models of a run, once each. */
export async function sendLinks(
  { client, store, runs, counts, options }: ModelsJob,
  rows: readonly RunRow[],
  models: ReadonlyMap<string, ModelThere>,
): Promise<void> {
  const source = `export ${client.uri} links`;
  for (const row of rows) {
    const there = runs.get(row.run_id);
    const links = modelLinksOf(store, [row.id]).flatMap(({ id, direction, step }) => {
      const model = models.get(id)?.id;
      return model === undefined ? [] : [{ model, direction, step }];
    });
    if (!there || there.deleted || links.length === 0) continue;
    checkCancelled(options.signal);
    const mark = markOf(JSON.stringify([there.id, links]));
    if (findImported<{ mark: string }>(store, source, row.run_id)?.detail.mark === mark) continue;
    try {
      const { run } = (await client.get('runs/get', { run_id: there.id })) as {
        run: {
          inputs?: { model_inputs?: { model_id: string }[] };
          outputs?: { model_outputs?: { model_id: string }[] };
        };
      };
      const read = new Set((run.inputs?.model_inputs ?? []).map((model) => model.model_id));
      const made = new Set((run.outputs?.model_outputs ?? []).map((model) => model.model_id));
      const inputs = links.filter(({ direction, model }) => direction === 'input' && !read.has(model));
      const outputs = links.filter(({ direction, model }) => direction === 'output' && !made.has(model));
      if (inputs.length > 0)
        await client.post(
          'runs/log-inputs',
          { run_id: there.id, models: inputs.map(({ model }) => ({ model_id: model })) },
          { once: true },
        );
      if (outputs.length > 0)
        await client.post(
          'runs/outputs',
          { run_id: there.id, models: outputs.map(({ model, step }) => ({ model_id: model, step })) },
          { once: true },
        );
      noteImported(store, source, row.run_id, there.id, { mark });
    } catch (error) {
      if (endsAll(error)) throw error;
      counts.modelsSkipped++;
      options.tell(row.run_id, `the logged models of the run ${row.name} were not linked to it: ${messageOf(error)}`);
    }
  }
}
