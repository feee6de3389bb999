import { posix } from 'node:path';
import { invalid } from './mlflowError.ts';
import { show } from './request.ts';

/** The limits of MLflow's protocol. */
export const limits = {
  key: 250,
  param: 6000,
  tag: 8000,
  experimentName: 500,
  experimentTag: 20_000,
  registryTag: 100_000,
  alias: 255,
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  entitiesPerBatch: 1000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
} as const;

/** The names of metrics, params and tags that MLflow's own server accepts. */
export function checkKey(key: unknown, path: string): string {
  if (key === undefined || key === null)
    throw invalid(`Missing value for required parameter '${path}'. A key name must be provided.`);
  if (typeof key !== 'string') throw invalid(`Invalid value ${show(key)} for parameter '${path}' supplied.`);
  if (!/^[/\p{L}\p{M}\p{N}\p{Pc}.\- :]*$/u.test(key)) {
    throw invalid(
      `Invalid value ${show(key)} for parameter '${path}' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
    );
  }
  checkPath(key, path);
  checkLength(key, limits.key, path);
  return key;
}

/** Rejects a name that would be another one if it were a path. */
export function checkPath(name: string, path: string): void {
  const normal = name === '' ? '.' : posix.normalize(name).replace(/(.)\/$/, '$1');
  if (normal !== name || normal === '.' || normal.startsWith('..') || normal.startsWith('/')) {
    throw invalid(
      `Invalid value ${show(name)} for parameter '${path}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    );
  }
}

export function checkLength(value: string, limit: number, what: string): void {
  if (codePoints(value) > limit) throw invalid(`'${what}' exceeds the maximum length of ${limit} characters`);
}

/** Truncates a text to a limit, as MLflow does with long params and tags by default. */
export function cut(value: string, limit: number): string {
  return value.length <= limit ? value : [...value].slice(0, limit).join('');
}

/** The number of characters as Python counts them. */
function codePoints(value: string): number {
  if (value.length < 200) return value.length;
  let count = 0;
  for (const _ of value) count++;
  return count;
}

export function checkModelName(name: string): string {
  if (name.trim() === '') throw invalid("Missing value for required parameter 'name'.");
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  checkPath(name, 'name');
  return name;
}

export function checkAlias(alias: string): string {
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias))
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_) and dashes (-).`,
    );
  checkLength(alias, limits.alias, 'Registered model alias name');
  if (alias.toLowerCase() === 'latest') throw invalid("'latest' alias name (case insensitive) is reserved.");
  if (/^v\d+$/i.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`);
  return alias;
}
