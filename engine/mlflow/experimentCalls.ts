import { resolve } from 'node:path';
import {
  createExperiment,
  experimentById,
  experimentByName,
  experimentTags,
  removeExperimentTag,
  renameExperiment,
  setExperimentLifecycle,
  setExperimentTag,
  type Experiment,
} from '../tracking/experiments.ts';
import type { Store } from '../store/store.ts';
import { findExperiments } from '../tracking/findExperiments.ts';
import { invalid, missing, MlflowError } from './mlflowError.ts';
import { checkKey, checkLength, limits } from './names.ts';
import { list, optionalText, text, type Handler } from './request.ts';
import { pageOf, searchOf } from './search.ts';

type Sql = Pick<Store, 'sql'>;

/** The experiment of an id, which is text in the protocol. */
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

function experimentJson(store: Sql, experiment: Experiment): Record<string, unknown> {
  return {
    experiment_id: String(experiment.id),
    name: experiment.id === 0 && experiment.name === 'default' ? 'Default' : experiment.name,
    artifact_location: artifactLocation(experiment),
    lifecycle_stage: experiment.lifecycle,
    creation_time: experiment.createdAt,
    last_update_time: experiment.updatedAt,
    tags: experimentTags(store, experiment.id),
  };
}

function checkName(name: string): string {
  checkLength(name, limits.experimentName, 'name');
  return name;
}

/** MLflow's name of the default experiment is `Default`; Loopwright's is `default`. */
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

/** A location without a scheme is a local folder, relative to the project. */
function absolute({ root }: Pick<Store, 'root'>, location: string): string {
  const plain = location.replace(/(?<=[^/])\/+$|(?<=^\/)\/+$/, '');
  return /^[a-z][a-z0-9+.-]+:/i.test(plain) ? plain : resolve(root, plain);
}

function setTag(store: Sql, experiment: number, tag: Record<string, unknown>): void {
  const key = checkKey(tag.key, 'key');
  const value = optionalText(tag, 'value') ?? '';
  checkLength(value, limits.experimentTag, 'value');
  setExperimentTag(store, experiment, { key, value });
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

const search: Handler = ({ store, body }) => {
  const asked = searchOf(body, { usual: 1000, most: 50_000 });
  const view = optionalText(body, 'view_type') ?? 'ACTIVE_ONLY';
  const which = lifecycle(view, 'active' as const, 'deleted' as const, 'all' as const);
  const { rows, next } = pageOf(asked, () => findExperiments(store, { ...asked, lifecycle: which }));
  return { experiments: rows.map((one) => experimentJson(store, one)), ...next };
};

/** The experiments of MLflow's view type: active, deleted, or all. */
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

/** The calls for experiments, by path. */
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
    const key = text(body, 'key');
    if (!removeExperimentTag(store, experiment.id, key))
      throw missing(`No tag with name: ${key} in experiment with id ${experiment.id}`);
    return {};
  },
};
