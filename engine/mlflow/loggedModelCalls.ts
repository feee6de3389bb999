import { randomUUID } from 'node:crypto';
import { runName } from '../tracking/runName.ts';
import type { Store } from '../store/store.ts';
import { findLoggedModels, type LoggedModelSearch } from '../tracking/findLoggedModels.ts';
import {
  addLoggedModel,
  loggedModelRow,
  metricsOfModel,
  pairsOfModel,
  removeModelTag,
  setPairOfModel,
  updateLoggedModel,
  type LoggedModelRow,
} from '../tracking/loggedModels.ts';
import { activeExperiment, artifactLocation } from './experimentCalls.ts';
import { invalid, missing } from './mlflowError.ts';
import { jsonDouble } from './metricValues.ts';
import { checkKey, checkLength, cut, limits } from './names.ts';
import { list, offsetOf, optionalText, pageSize, text, texts, type Handler } from './request.ts';
import { pageOf } from './search.ts';

const statuses: Record<string, string> = {
  LOGGED_MODEL_PENDING: 'LOGGED_MODEL_PENDING',
  LOGGED_MODEL_READY: 'LOGGED_MODEL_READY',
  LOGGED_MODEL_UPLOAD_FAILED: 'LOGGED_MODEL_UPLOAD_FAILED',
  1: 'LOGGED_MODEL_PENDING',
  2: 'LOGGED_MODEL_READY',
  3: 'LOGGED_MODEL_UPLOAD_FAILED',
};

/** The logged model of an id. Throws MlflowError when there is none. */
export function loggedModel(
  store: Pick<Store, 'sql'>,
  id: string,
  options: { deleted?: boolean } = {},
): LoggedModelRow {
  const row = loggedModelRow(store, id);
  if (!row || (row.deleted_at !== null && !options.deleted)) throw missing(`Logged model with ID '${id}' not found.`);
  return row;
}

function modelJson(store: Pick<Store, 'sql'>, row: LoggedModelRow): Record<string, unknown> {
  return {
    info: {
      model_id: row.model_id,
      experiment_id: String(row.experiment),
      name: row.name,
      creation_timestamp_ms: row.created_at,
      last_updated_timestamp_ms: row.updated_at,
      artifact_uri: row.artifact_location,
      status: row.status,
      status_message: row.status_message ?? undefined,
      model_type: row.model_type ?? undefined,
      source_run_id: row.source_run_id ?? undefined,
      tags: pairsOfModel(store, 'tags', row.model_id),
    },
    data: {
      params: pairsOfModel(store, 'params', row.model_id),
      metrics: metricsOfModel(store, row.model_id).map((m) => ({
        key: m.key,
        value: jsonDouble(m.value),
        timestamp: m.at,
        step: m.step,
        model_id: row.model_id,
        run_id: m.runId,
        dataset_name: m.datasetName || undefined,
        dataset_digest: m.datasetDigest || undefined,
      })),
    },
  };
}

const create: Handler = ({ store, body, stage }) => {
  const experiment = activeExperiment(store, text(body, 'experiment_id'));
  const id = `m-${randomUUID().replaceAll('-', '')}`;
  const name = optionalText(body, 'name') || runName(id.slice(2));
  if (/[/:.%"']/.test(name))
    throw invalid(
      `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
    );
  const now = Date.now();
  store.sql.write(() => {
    addLoggedModel(store, {
      model_id: id,
      experiment: experiment.id,
      name,
      artifact_location: `${artifactLocation(experiment)}/models/${id}/artifacts`,
      created_at: now,
      updated_at: now,
      status: 'LOGGED_MODEL_PENDING',
      status_message: null,
      model_type: optionalText(body, 'model_type') ?? null,
      // A model that a program logs without a run belongs to the run of its stage.
      source_run_id: optionalText(body, 'source_run_id') || stage?.runId || null,
      deleted_at: null,
    });
    writeParams(store, id, body);
    writeTags(store, id, body);
  });
  return { model: modelJson(store, loggedModel(store, id)) };
};

function writeParams(store: Store, id: string, body: Record<string, unknown>): void {
  for (const [i, param] of list(body, 'params').entries()) {
    const key = checkKey(param.key, `params[${i}].key`);
    setPairOfModel(store, 'params', id, key, cut(optionalText(param, 'value') ?? '', limits.param));
  }
}

function writeTags(store: Store, id: string, body: Record<string, unknown>): void {
  for (const [i, tag] of list(body, 'tags').entries()) {
    const key = checkKey(tag.key, `tags[${i}].key`);
    const value = optionalText(tag, 'value') ?? '';
    checkLength(value, limits.tag, `tags[${i}].value`);
    setPairOfModel(store, 'tags', id, key, value);
  }
}

const search: Handler = ({ store, body }) => {
  const asked: LoggedModelSearch = {
    filter: optionalText(body, 'filter') || undefined,
    experiments: texts(body, 'experiment_ids').map(Number),
    datasets: list(body, 'datasets').map((dataset) => ({
      name: text(dataset, 'dataset_name'),
      digest: optionalText(dataset, 'dataset_digest') || null,
    })),
    order: list(body, 'order_by').map((order) => ({
      field: text(order, 'field_name'),
      descending: order.ascending === false,
      name: optionalText(order, 'dataset_name') || null,
      digest: optionalText(order, 'dataset_digest') || null,
    })),
    limit: pageSize(body, 50, 50_000) + 1,
    offset: offsetOf(optionalText(body, 'page_token')),
  };
  const { rows, next } = pageOf(asked, () => findLoggedModels(store, asked));
  return { models: rows.map((row) => modelJson(store, row)), ...next };
};

/** The calls for logged models of MLflow 3; `{id}` and `{key}` come from the path. */
export const loggedModelCalls: Record<string, Handler> = {
  'POST logged-models': create,
  'POST logged-models/search': search,
  'GET logged-models/{id}': ({ store, body }) => ({
    model: modelJson(
      store,
      loggedModel(store, text(body, 'id'), { deleted: body.allow_deleted === true || body.allow_deleted === 'true' }),
    ),
  }),
  'PATCH logged-models/{id}': ({ store, body }) => {
    const id = text(body, 'id');
    loggedModel(store, id);
    const status = statuses[text(body, 'status')];
    if (status === undefined)
      throw invalid(`Invalid model status: '${text(body, 'status')}'. Expected READY, PENDING or UPLOAD_FAILED.`);
    updateLoggedModel(store, id, { status, updated_at: Date.now() });
    return { model: modelJson(store, loggedModel(store, id)) };
  },
  'DELETE logged-models/{id}': ({ store, body }) => {
    const id = text(body, 'id');
    loggedModel(store, id);
    const now = Date.now();
    updateLoggedModel(store, id, { deleted_at: now, updated_at: now });
    return {};
  },
  'POST logged-models/{id}/params': ({ store, body }) => {
    const id = text(body, 'id');
    loggedModel(store, id);
    store.sql.write(() => writeParams(store, id, body));
    return {};
  },
  'PATCH logged-models/{id}/tags': ({ store, body }) => {
    const id = text(body, 'id');
    loggedModel(store, id);
    store.sql.write(() => writeTags(store, id, body));
    return { model: modelJson(store, loggedModel(store, id)) };
  },
  'DELETE logged-models/{id}/tags/{key}': ({ store, body }) => {
    const id = text(body, 'id');
    loggedModel(store, id);
    if (!removeModelTag(store, id, text(body, 'key')))
      throw missing(`No tag with key '${text(body, 'key')}' found for logged model with ID '${id}'.`);
    return {};
  },
};
