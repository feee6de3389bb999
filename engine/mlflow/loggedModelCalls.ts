import { randomUUID } from 'node:crypto';
import { runName } from '../tracking/runName.ts';
import type { SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { globOf } from '../tracking/filter/compileFilter.ts';
import { parseFilter, type Filter } from '../tracking/filter/parseFilter.ts';
import { FilterError } from '../tracking/filter/tokens.ts';
import { activeExperiment, artifactLocation } from './experimentCalls.ts';
import { invalid, missing } from './mlflowError.ts';
import { jsonDouble } from './metricValues.ts';
import { checkKey, checkLength, cut, limits } from './names.ts';
import { list, offsetOf, optionalText, pageSize, pageToken, text, texts, type Handler } from './request.ts';

interface Row {
  model_id: string;
  experiment: number;
  name: string;
  artifact_location: string;
  created_at: number;
  updated_at: number;
  status: string;
  status_message: string | null;
  model_type: string | null;
  source_run_id: string | null;
  deleted_at: number | null;
}

const statuses: Record<string, string> = {
  LOGGED_MODEL_PENDING: 'LOGGED_MODEL_PENDING',
  LOGGED_MODEL_READY: 'LOGGED_MODEL_READY',
  LOGGED_MODEL_UPLOAD_FAILED: 'LOGGED_MODEL_UPLOAD_FAILED',
  1: 'LOGGED_MODEL_PENDING',
  2: 'LOGGED_MODEL_READY',
  3: 'LOGGED_MODEL_UPLOAD_FAILED',
};

export function loggedModel({ sql }: Pick<Store, 'sql'>, id: string, options: { deleted?: boolean } = {}): Row {
  const row = sql.get<Row>('SELECT * FROM logged_models WHERE model_id = ?', id);
  if (!row || (row.deleted_at !== null && !options.deleted)) throw missing(`Logged model with ID '${id}' not found.`);
  return row;
}

function modelJson({ sql }: Pick<Store, 'sql'>, row: Row): Record<string, unknown> {
  const pairs = (table: string) =>
    sql.all<{ key: string; value: string }>(
      `SELECT key, value FROM ${table} WHERE model_id = ? ORDER BY key`,
      row.model_id,
    );
  const metrics = sql.all<{
    key: string;
    step: number;
    at: number;
    value: number;
    is_nan: number;
    run_id: string;
    dataset_name: string;
    dataset_digest: string;
  }>('SELECT * FROM logged_model_metrics WHERE model_id = ? ORDER BY key, step, at', row.model_id);
  return {
    info: {
      model_id: row.model_id,
      experiment_id: String(row.experiment),
      name: row.name,
      creation_timestamp_ms: row.created_at,
      last_updated_timestamp_ms: row.updated_at,
      artifact_uri: row.artifact_location,
      status: row.status,
      ...(row.status_message === null ? {} : { status_message: row.status_message }),
      ...(row.model_type === null ? {} : { model_type: row.model_type }),
      ...(row.source_run_id === null ? {} : { source_run_id: row.source_run_id }),
      tags: pairs('logged_model_tags'),
    },
    data: {
      params: pairs('logged_model_params'),
      metrics: metrics.map((m) => ({
        key: m.key,
        value: jsonDouble(m.value, m.is_nan),
        timestamp: m.at,
        step: m.step,
        model_id: row.model_id,
        run_id: m.run_id,
        ...(m.dataset_name === '' ? {} : { dataset_name: m.dataset_name }),
        ...(m.dataset_digest === '' ? {} : { dataset_digest: m.dataset_digest }),
      })),
    },
  };
}

const create: Handler = ({ store, body }) => {
  const experiment = activeExperiment(store, text(body, 'experiment_id'));
  const id = `m-${randomUUID().replaceAll('-', '')}`;
  const name = optionalText(body, 'name') || runName(id.slice(2));
  if (/[/:.%"']/.test(name))
    throw invalid(
      `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
    );
  const now = Date.now();
  store.sql.write(() => {
    store.sql.run(
      `INSERT INTO logged_models (model_id, experiment, name, artifact_location, created_at, updated_at, status, model_type, source_run_id) VALUES (?, ?, ?, ?, ?, ?, 'LOGGED_MODEL_PENDING', ?, ?)`,
      id,
      experiment.id,
      name,
      `${artifactLocation(experiment)}/models/${id}/artifacts`,
      now,
      now,
      optionalText(body, 'model_type') ?? null,
      optionalText(body, 'source_run_id') || null,
    );
    writeParams(store, id, body);
    writeTags(store, id, body);
  });
  return { model: modelJson(store, loggedModel(store, id)) };
};

function writeParams({ sql }: Store, id: string, body: Record<string, unknown>): void {
  for (const [i, param] of list(body, 'params').entries()) {
    const key = checkKey(param.key, `params[${i}].key`);
    const value = cut(optionalText(param, 'value') ?? '', limits.param);
    sql.run(
      'INSERT INTO logged_model_params (model_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      id,
      key,
      value,
    );
  }
}

function writeTags({ sql }: Store, id: string, body: Record<string, unknown>): void {
  for (const [i, tag] of list(body, 'tags').entries()) {
    const key = checkKey(tag.key, `tags[${i}].key`);
    const value = optionalText(tag, 'value') ?? '';
    checkLength(value, limits.tag, `tags[${i}].value`);
    sql.run(
      'INSERT INTO logged_model_tags (model_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      id,
      key,
      value,
    );
  }
}

const columns: Record<string, string> = {
  name: 'm.name',
  model_id: 'm.model_id',
  model_type: `ifnull(m.model_type, '')`,
  status: "replace(m.status, 'LOGGED_MODEL_', '')",
  source_run_id: 'm.source_run_id',
  creation_timestamp: 'm.created_at',
  creation_time: 'm.created_at',
  last_updated_timestamp: 'm.updated_at',
  last_updated_time: 'm.updated_at',
};

const search: Handler = ({ store, body }) => {
  const { sql } = store;
  const size = pageSize(body, 50, 50_000);
  const offset = offsetOf(optionalText(body, 'page_token'));
  const ids = texts(body, 'experiment_ids').map(Number);
  const values: SqlValue[] = [JSON.stringify(ids)];
  const conditions = ['m.experiment IN (SELECT value FROM json_each(?))', 'm.deleted_at IS NULL'];
  const datasets = list(body, 'datasets');
  const filter = optionalText(body, 'filter');
  if (filter) conditions.push(whereOf(filter, datasets, values));
  if (datasets.length > 0)
    conditions.push(
      `EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model_id = m.model_id AND (${onDatasets(datasets, values)}))`,
    );
  const orders: string[] = [];
  for (const order of list(body, 'order_by')) orders.push(orderOf(order, values));
  const question = `SELECT m.* FROM logged_models m WHERE ${conditions.join(' AND ')} ORDER BY ${[...orders, 'm.created_at DESC', 'm.model_id'].join(', ')} LIMIT ? OFFSET ?`;
  const rows = sql.all<Row>(question, ...values, size + 1, offset);
  return {
    models: rows.slice(0, size).map((row) => modelJson(store, row)),
    ...(rows.length > size ? { next_page_token: pageToken(offset + size) } : {}),
  };
};

/** The latest of a metric here is that of the latest time, as MLflow has it for models, and not of the largest step. */
const latestMetric = (condition: string) =>
  `(SELECT x.value FROM logged_model_metrics x WHERE x.model_id = m.model_id AND x.key = ?${condition} ORDER BY x.at DESC, x.step DESC, x.run_id LIMIT 1)`;

function orderOf(order: Record<string, unknown>, values: SqlValue[]): string {
  const field = text(order, 'field_name');
  const direction = order.ascending === false ? 'DESC' : 'ASC';
  const name = optionalText(order, 'dataset_name');
  const digest = optionalText(order, 'dataset_digest');
  if (field.startsWith('metrics.')) {
    const bound: SqlValue[] = [field.slice('metrics.'.length), ...(name ? [name] : []), ...(digest ? [digest] : [])];
    const value = latestMetric(`${name ? ' AND x.dataset_name = ?' : ''}${digest ? ' AND x.dataset_digest = ?' : ''}`);
    values.push(...bound, ...bound);
    return `${value} IS NULL, ${value} ${direction}`;
  }
  const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
  if (column === undefined) throw invalid(`Invalid order by field name: ${field}`);
  if (name) throw invalid(`Dataset name can only be specified when ordering by a metric, not by ${field}.`);
  return `${column} IS NULL, ${column} ${direction}`;
}

/** Metrics that were measured on any of these datasets. */
function onDatasets(datasets: Record<string, unknown>[], values: SqlValue[]): string {
  return datasets
    .map((dataset) => {
      const digest = optionalText(dataset, 'dataset_digest');
      values.push(text(dataset, 'dataset_name'), ...(digest ? [digest] : []));
      return `(x.dataset_name = ?${digest ? ' AND x.dataset_digest = ?' : ''})`;
    })
    .join(' OR ');
}

function whereOf(filter: string, datasets: Record<string, unknown>[], values: SqlValue[]): string {
  const refuse = () => invalid(`Invalid filter string: '${filter}'.`);
  const visit = (part: Filter): string => {
    if (part.kind === 'and') return part.parts.map(visit).join(' AND ');
    if (part.kind !== 'compare' || part.operator === 'is null' || part.operator === 'is not null') throw refuse();
    const { field, operator } = part;
    const value = part.values[0]?.value ?? '';
    if (typeof value === 'string' && /[<>]/.test(operator)) throw refuse();
    const compare = (column: string): string => {
      if (operator === 'in' || operator === 'not in') {
        values.push(...part.values.map((one) => one.value));
        return `${column} ${operator === 'in' ? 'IN' : 'NOT IN'} (${part.values.map(() => '?').join(', ')})`;
      }
      values.push(operator === 'like' ? globOf(String(value)) : value);
      return operator === 'like'
        ? `${column} GLOB ?`
        : operator === 'ilike'
          ? `${column} LIKE ?`
          : `${column} ${operator} ?`;
    };
    if (field.of === 'attributes') {
      const column = Object.hasOwn(columns, field.key) ? columns[field.key] : undefined;
      if (column === undefined) throw refuse();
      return compare(column);
    }
    if (field.of === 'metrics') {
      if (typeof value !== 'number') throw refuse();
      values.push(field.key);
      const own = compare('x.value');
      const where = onDatasets(datasets, values);
      return `EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model_id = m.model_id AND x.key = ? AND ${operator === '!=' ? `(x.is_nan = 1 OR ${own})` : `x.is_nan = 0 AND ${own}`}${where === '' ? '' : ` AND (${where})`})`;
    }
    if (field.of === 'datasets' || typeof value !== 'string') throw refuse();
    values.push(field.key);
    return `EXISTS (SELECT 1 FROM logged_model_${field.of} x WHERE x.model_id = m.model_id AND x.key = ? AND ${compare('x.value')})`;
  };
  try {
    const parsed = parseFilter(filter, true);
    return parsed ? visit(parsed) : '1';
  } catch (error) {
    throw error instanceof FilterError ? invalid(`Invalid filter string '${filter}': ${error.message}`) : error;
  }
}

/** The calls about logged models of MLflow 3; `{id}` and `{key}` are taken from the path. */
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
    store.sql.run('UPDATE logged_models SET status = ?, updated_at = ? WHERE model_id = ?', status, Date.now(), id);
    return { model: modelJson(store, loggedModel(store, id)) };
  },
  'DELETE logged-models/{id}': ({ store, body }) => {
    const id = text(body, 'id');
    loggedModel(store, id);
    store.sql.run(
      'UPDATE logged_models SET deleted_at = ?, updated_at = ? WHERE model_id = ?',
      Date.now(),
      Date.now(),
      id,
    );
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
    if (
      store.sql.run('DELETE FROM logged_model_tags WHERE model_id = ? AND key = ?', id, text(body, 'key')).changes === 0
    )
      throw missing(`No tag with key '${text(body, 'key')}' found for logged model with ID '${id}'.`);
    return {};
  },
};
