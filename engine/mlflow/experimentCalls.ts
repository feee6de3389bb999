import { resolve } from 'node:path';
import {
  createExperiment,
  experimentById,
  experimentByName,
  renameExperiment,
  setExperimentLifecycle,
  type Experiment,
} from '../tracking/experiments.ts';
import type { SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { FilterError } from '../tracking/filter/tokens.ts';
import { globOf } from '../tracking/filter/compileFilter.ts';
import { parseFilter, type Filter } from '../tracking/filter/parseFilter.ts';
import { invalid, missing, MlflowError } from './mlflowError.ts';
import { checkKey, checkLength, limits } from './names.ts';
import { orderBy } from './orderBy.ts';
import { list, offsetOf, optionalText, pageSize, pageToken, text, texts, type Handler } from './request.ts';

type Sql = Pick<Store, 'sql'>;

/** The experiment of an id of the protocol, which is text. */
export function experimentOf(store: Sql, id: string): Experiment {
  if (!/^-?\d{1,63}$/.test(id)) throw invalid(`Invalid experiment ID: '${id}'`);
  const found = /^\d{1,15}$/.test(id) ? experimentById(store, Number(id)) : null;
  if (!found) throw missing(`No Experiment with id=${id} exists`);
  return found;
}

export function activeExperiment(store: Sql, id: string): Experiment {
  const found = experimentOf(store, id);
  if (found.lifecycle !== 'active')
    throw invalid(`The experiment ${id} must be in the 'active' state. Current state is deleted.`);
  return found;
}

export function artifactLocation(experiment: Experiment): string {
  return experiment.artifactLocation ?? `mlflow-artifacts:/${experiment.id}`;
}

function experimentJson({ sql }: Sql, experiment: Experiment): Record<string, unknown> {
  return {
    experiment_id: String(experiment.id),
    name: experiment.id === 0 && experiment.name === 'default' ? 'Default' : experiment.name,
    artifact_location: artifactLocation(experiment),
    lifecycle_stage: experiment.lifecycle,
    creation_time: experiment.createdAt,
    last_update_time: experiment.updatedAt,
    tags: sql.all<{ key: string; value: string }>(
      'SELECT key, value FROM experiment_tags WHERE experiment = ? ORDER BY key',
      experiment.id,
    ),
  };
}

function checkName(name: string): string {
  checkLength(name, limits.experimentName, 'name');
  return name;
}

/** MLflow calls the default experiment `Default`; ours is `default`. */
export function findByName(store: Sql, name: string): Experiment | null {
  return experimentByName(store, name) ?? (name === 'Default' ? experimentById(store, 0) : null);
}

const create: Handler = ({ store, body }) => {
  const name = checkName(text(body, 'name'));
  const location = optionalText(body, 'artifact_location') || null;
  if (location?.startsWith('runs:')) throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  return store.sql.write(() => {
    const known = findByName(store, name);
    if (known)
      throw new MlflowError(
        'RESOURCE_ALREADY_EXISTS',
        `Experiment(name=${name}) already exists.${known.lifecycle === 'deleted' ? ' It is deleted; restore it, or delete it permanently.' : ''}`,
      );
    const made = createExperiment(store, name, {
      artifactLocation: location === null ? null : absolute(store, location),
    });
    for (const tag of list(body, 'tags')) setTag(store, made.id, tag);
    return { experiment_id: String(made.id) };
  });
};

/** A place without a scheme is a folder of this machine, relative to the project. */
function absolute({ root }: Pick<Store, 'root'>, location: string): string {
  const plain = location.replace(/(.)\/+$/, '$1');
  return /^[a-z][a-z0-9+.-]*:/i.test(plain) ? plain : resolve(root, plain);
}

function setTag({ sql }: Sql, experiment: number, tag: Record<string, unknown>): void {
  const key = checkKey(tag.key, 'key');
  const value = optionalText(tag, 'value') ?? '';
  checkLength(value, limits.experimentTag, 'value');
  sql.run(
    'INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    experiment,
    key,
    value,
  );
}

const update: Handler = ({ store, body }) => {
  const experiment = experimentOf(store, text(body, 'experiment_id'));
  const name = optionalText(body, 'new_name');
  if (name === undefined || name === '') return {};
  if (experiment.lifecycle !== 'active')
    throw new MlflowError('INVALID_STATE', 'Cannot rename a non-active experiment.');
  const known = findByName(store, checkName(name));
  if (known && known.id !== experiment.id)
    throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${name}) already exists.`);
  renameExperiment(store, experiment.id, name);
  return {};
};

const remove: Handler = ({ store, body }) => {
  const experiment = experimentOf(store, text(body, 'experiment_id'));
  if (experiment.lifecycle === 'deleted') throw missing(`No active Experiment with id=${experiment.id} exists`);
  setExperimentLifecycle(store, experiment.id, 'deleted');
  return {};
};

const restore: Handler = ({ store, body }) => {
  const experiment = experimentOf(store, text(body, 'experiment_id'));
  if (experiment.lifecycle === 'active') throw missing(`No deleted Experiment with id=${experiment.id} exists`);
  setExperimentLifecycle(store, experiment.id, 'active');
  return {};
};

const nameColumn = `CASE WHEN e.id = 0 AND e.name = 'default' THEN 'Default' ELSE e.name END`;
const columns: Record<string, string> = {
  name: nameColumn,
  experiment_id: 'e.id',
  creation_time: 'e.created_at',
  last_update_time: 'e.updated_at',
};

/** Of what a filter can be made: ids are compared as text. */
const filterColumns: Record<string, string> = { ...columns, experiment_id: 'CAST(e.id AS TEXT)' };
const textColumns = new Set([nameColumn, filterColumns.experiment_id]);

const search: Handler = ({ store, body }) => {
  const { sql } = store;
  const size = pageSize(body, 1000, 50_000);
  const offset = offsetOf(optionalText(body, 'page_token'));
  const values: SqlValue[] = [];
  const conditions = [
    lifecycle(
      optionalText(body, 'view_type') ?? 'ACTIVE_ONLY',
      "e.lifecycle = 'active'",
      "e.lifecycle = 'deleted'",
      '1',
    ),
  ];
  const filter = optionalText(body, 'filter');
  if (filter) conditions.push(whereOf(filter, values));
  const order = orderBy(texts(body, 'order_by'), (field) => columns[field.replace(/^attributes?\./, '')] ?? null);
  const rows = sql.all<{ id: number }>(
    `SELECT e.id FROM experiments e WHERE ${conditions.join(' AND ')} ORDER BY ${[...order, 'e.created_at DESC', 'e.id DESC'].join(', ')} LIMIT ? OFFSET ?`,
    ...values,
    size + 1,
    offset,
  );
  const experiments = rows
    .slice(0, size)
    .flatMap(({ id }) => experimentById(store, id) ?? [])
    .map((one) => experimentJson(store, one));
  return { experiments, ...(rows.length > size ? { next_page_token: pageToken(offset + size) } : {}) };
};

/** What a view of MLflow's means: those in use, those that were deleted, or both. */
export function lifecycle<T>(view: string, active: T, deleted: T, all: T): T {
  switch (view) {
    case 'ACTIVE_ONLY':
    case '1':
      return active;
    case 'DELETED_ONLY':
    case '2':
      return deleted;
    case 'ALL':
    case '3':
      return all;
    default:
      throw invalid(`Invalid value '${view}' for parameter 'view_type' supplied.`);
  }
}

function whereOf(filter: string, values: SqlValue[]): string {
  const visit = (part: Filter): string => {
    if (part.kind === 'and') return part.parts.map(visit).join(' AND ');
    if (part.kind !== 'compare' || part.operator === 'in' || part.operator === 'not in')
      throw invalid(`Invalid filter string: '${filter}'. Only comparisons joined by AND are supported.`);
    const tag = part.field.of === 'tags';
    const column = tag ? 'x.value' : part.field.of === 'attributes' ? filterColumns[part.field.key] : undefined;
    if (column === undefined)
      throw invalid(`Invalid attribute key in filter: '${filter}'. Known: ${Object.keys(columns).join(', ')}, tags.`);
    if (tag) values.push(part.field.key);
    if (part.operator === 'is null' || part.operator === 'is not null')
      return `${part.operator === 'is null' ? 'NOT ' : ''}EXISTS (SELECT 1 FROM experiment_tags x WHERE x.experiment = e.id AND x.key = ?)`;
    const value = part.values[0]?.value ?? '';
    if ((textColumns.has(column) || tag) !== (typeof value === 'string'))
      throw invalid(
        `Invalid value in filter: '${filter}'. Names and tags are compared with quoted text, times with numbers.`,
      );
    if (typeof value === 'string' && !['=', '!=', 'like', 'ilike'].includes(part.operator))
      throw invalid(`Invalid comparison in filter: '${filter}'. Names and tags are compared by = != LIKE ILIKE.`);
    const comparison =
      part.operator === 'like'
        ? `${column} GLOB ?`
        : part.operator === 'ilike'
          ? `${column} LIKE ?`
          : `${column} ${part.operator} ?`;
    values.push(part.operator === 'like' ? globOf(String(value)) : value);
    return tag
      ? `EXISTS (SELECT 1 FROM experiment_tags x WHERE x.experiment = e.id AND x.key = ? AND ${comparison})`
      : comparison;
  };
  try {
    const parsed = parseFilter(filter, true);
    return parsed ? visit(parsed) : '1';
  } catch (error) {
    throw error instanceof FilterError ? invalid(`Invalid filter string '${filter}': ${error.message}`) : error;
  }
}

/** The calls about experiments, by path. */
export const experimentCalls: Record<string, Handler> = {
  'experiments/create': create,
  'experiments/search': search,
  'experiments/list': search,
  'experiments/get': ({ store, body }) => ({
    experiment: experimentJson(store, experimentOf(store, text(body, 'experiment_id'))),
  }),
  'experiments/get-by-name': ({ store, body }) => {
    const name = text(body, 'experiment_name');
    const found = findByName(store, name);
    if (!found) throw missing(`Could not find experiment with name '${name}'`);
    return { experiment: experimentJson(store, found) };
  },
  'experiments/update': update,
  'experiments/delete': remove,
  'experiments/restore': restore,
  'experiments/set-experiment-tag': ({ store, body }) => {
    setTag(store, activeExperiment(store, text(body, 'experiment_id')).id, body);
    return {};
  },
  'experiments/delete-experiment-tag': ({ store, body }) => {
    const experiment = activeExperiment(store, text(body, 'experiment_id'));
    const { changes } = store.sql.run(
      'DELETE FROM experiment_tags WHERE experiment = ? AND key = ?',
      experiment.id,
      text(body, 'key'),
    );
    if (changes === 0) throw missing(`No tag with name: ${text(body, 'key')} in experiment with id ${experiment.id}`);
    return {};
  },
};
