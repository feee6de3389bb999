import type { SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { globOf } from '../tracking/filter/compileFilter.ts';
import { parseFilter, type Filter } from '../tracking/filter/parseFilter.ts';
import { FilterError } from '../tracking/filter/tokens.ts';
import { nextVersion, setAlias } from '../registry/modelVersions.ts';
import { invalid, missing, MlflowError } from './mlflowError.ts';
import { checkAlias, checkKey, checkLength, checkModelName, limits } from './names.ts';
import { loggedModel } from './loggedModelCalls.ts';
import { orderBy } from './orderBy.ts';
import { artifactUriOf, runOf } from './runInfo.ts';
import { list, offsetOf, optionalText, pageSize, pageToken, text, texts, type Handler } from './request.ts';

type Sql = Pick<Store, 'sql'>;

interface ModelRow {
  name: string;
  created_at: number;
  updated_at: number;
  description: string;
}

interface VersionRow {
  model: string;
  version: number;
  run_id: string;
  path: string;
  created_at: number;
  updated_at: number;
  report: string | null;
  source: string | null;
  model_id: string | null;
  run_link: string | null;
  user_id: string;
  stage: string;
  description: string;
  status: string;
  status_message: string | null;
}

const promptTag = 'mlflow.prompt.is_prompt';
const stages = ['None', 'Staging', 'Production', 'Archived'];

function modelOf({ sql }: Sql, name: string): ModelRow {
  const row = sql.get<ModelRow>('SELECT * FROM registered_models WHERE name = ?', checkModelName(name));
  if (!row) throw missing(`Registered Model with name=${name} not found`);
  return row;
}

function versionOf({ sql }: Sql, name: string, version: string): VersionRow {
  if (!/^\d+$/.test(version)) throw invalid(`Parameter 'version' must be an integer, got '${version}'.`);
  const row = sql.get<VersionRow>(
    'SELECT * FROM model_versions WHERE model = ? AND version = ?',
    checkModelName(name),
    Number(version),
  );
  if (!row) throw missing(`Model Version (name=${name}, version=${version}) not found`);
  return row;
}

function modelJson(store: Sql, row: ModelRow): Record<string, unknown> {
  const { sql } = store;
  const latest = sql.all<VersionRow>(
    'SELECT v.* FROM model_versions v JOIN (SELECT stage, max(version) AS version FROM model_versions WHERE model = ? GROUP BY stage) l ON l.version = v.version WHERE v.model = ? ORDER BY v.version',
    row.name,
    row.name,
  );
  return {
    name: row.name,
    creation_timestamp: row.created_at,
    last_updated_timestamp: row.updated_at,
    description: row.description,
    latest_versions: latest.map((version) => versionJson(store, version)),
    tags: sql.all<{ key: string; value: string }>(
      'SELECT key, value FROM registered_model_tags WHERE model = ? ORDER BY key',
      row.name,
    ),
    aliases: sql
      .all<{ alias: string; version: number }>(
        'SELECT alias, version FROM aliases WHERE model = ? ORDER BY alias',
        row.name,
      )
      .map(({ alias, version }) => ({ alias, version: String(version) })),
  };
}

function versionJson({ sql }: Sql, row: VersionRow): Record<string, unknown> {
  return {
    name: row.model,
    version: String(row.version),
    creation_timestamp: row.created_at,
    last_updated_timestamp: row.updated_at,
    user_id: row.user_id,
    current_stage: row.stage,
    description: row.description,
    source: row.source ?? sourceOf(row),
    run_id: row.run_id,
    status: row.status,
    ...(row.status_message === null ? {} : { status_message: row.status_message }),
    ...(row.run_link === null ? {} : { run_link: row.run_link }),
    ...(row.model_id === null ? {} : { model_id: row.model_id }),
    tags: sql.all<{ key: string; value: string }>(
      'SELECT key, value FROM model_version_tags WHERE model = ? AND version = ? ORDER BY key',
      row.model,
      row.version,
    ),
    aliases: sql
      .all<{ alias: string }>(
        'SELECT alias FROM aliases WHERE model = ? AND version = ? ORDER BY alias',
        row.model,
        row.version,
      )
      .map(({ alias }) => alias),
  };
}

/** Where the files of a version are; those of a version that Loopwright validated lie among its run's artifacts. */
function sourceOf(row: VersionRow): string {
  // What was copied from another version lies where that one does.
  if (row.source !== null) return row.path || row.source;
  // A version may be of a model that an earlier run trained.
  const [, run = row.run_id, inRun] =
    /(?:^|\/)artifacts\/([0-9a-f]{32})\/(.+)$/.exec(row.path.replaceAll('\\', '/')) ?? [];
  return `mlflow-artifacts:/0/${run}/artifacts${inRun === undefined ? '' : `/${inRun}`}`;
}

/** Where the files of a version of a model are, as an address below `mlflow-artifacts:` where they are kept here. */
export function versionSource(store: Sql, name: string, version: string): string {
  const source = sourceOf(versionOf(store, name, version));
  const inRun = /^runs:\/+([^/]+)\/(.*)$/.exec(source);
  if (inRun) return `${artifactUriOf(store, runOf(store, inRun[1] ?? ''))}/${inRun[2]}`;
  const model = /^models:\/+(m-[0-9a-f]+)$/.exec(source)?.[1];
  return model === undefined ? source : loggedModel(store, model).artifact_location;
}

/** True when the project validates and serves this model: its aliases move through the gates alone. */
function isValidated({ sql }: Sql, name: string): boolean {
  return (
    sql.get('SELECT 1 AS found FROM model_versions WHERE model = ? AND report IS NOT NULL LIMIT 1', name) !== undefined
  );
}

function touch({ sql }: Sql, name: string, version?: number): void {
  sql.run('UPDATE registered_models SET updated_at = ? WHERE name = ?', Date.now(), name);
  if (version !== undefined)
    sql.run('UPDATE model_versions SET updated_at = ? WHERE model = ? AND version = ?', Date.now(), name, version);
}

const createModel: Handler = ({ store, body }) => {
  const name = checkModelName(text(body, 'name'));
  const tags = list(body, 'tags');
  if (tags.some((tag) => tag.key === promptTag))
    throw new MlflowError(
      'NOT_IMPLEMENTED',
      'Loopwright does not keep prompts. docs/tracking.md lists what its MLflow endpoint knows.',
    );
  const { sql } = store;
  return sql.write(() => {
    if (sql.get('SELECT 1 AS found FROM registered_models WHERE name = ?', name))
      throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`);
    const now = Date.now();
    sql.run(
      'INSERT INTO registered_models (name, created_at, updated_at, description) VALUES (?, ?, ?, ?)',
      name,
      now,
      now,
      optionalText(body, 'description') ?? '',
    );
    for (const tag of tags) setModelTag(store, name, tag);
    return { registered_model: modelJson(store, modelOf(store, name)) };
  });
};

function setModelTag({ sql }: Sql, name: string, tag: Record<string, unknown>): void {
  const key = checkKey(tag.key, 'key');
  const value = optionalText(tag, 'value') ?? '';
  checkLength(value, limits.registryTag, 'value');
  sql.run(
    'INSERT INTO registered_model_tags (model, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    name,
    key,
    value,
  );
}

function setVersionTag({ sql }: Sql, row: VersionRow, tag: Record<string, unknown>): void {
  const key = checkKey(tag.key, 'key');
  const value = optionalText(tag, 'value') ?? '';
  checkLength(value, limits.registryTag, 'value');
  sql.run(
    'INSERT INTO model_version_tags (model, version, key, value) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    row.model,
    row.version,
    key,
    value,
  );
}

const renameModel: Handler = ({ store, body }) => {
  const name = text(body, 'name');
  const renamed = checkModelName(text(body, 'new_name'));
  const { sql } = store;
  return sql.write(() => {
    modelOf(store, name);
    if (isValidated(store, name))
      throw new MlflowError(
        'INVALID_STATE',
        `\`${name}\` is the model of this project; its name stands in loopwright.yaml.`,
      );
    if (sql.get('SELECT 1 AS found FROM registered_models WHERE name = ?', renamed))
      throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${renamed}) already exists.`);
    sql.run('UPDATE registered_models SET name = ?, updated_at = ? WHERE name = ?', renamed, Date.now(), name);
    for (const table of ['registered_model_tags', 'model_version_tags', 'model_versions', 'aliases', 'alias_history'])
      sql.run(`UPDATE ${table} SET model = ? WHERE model = ?`, renamed, name);
    return { registered_model: modelJson(store, modelOf(store, renamed)) };
  });
};

const deleteModel: Handler = ({ store, body }) => {
  const name = text(body, 'name');
  modelOf(store, name);
  if (isValidated(store, name))
    throw new MlflowError(
      'INVALID_STATE',
      `\`${name}\` is the model of this project: it is served and monitored, and is not deleted through MLflow.`,
    );
  store.sql.write(() => {
    for (const table of ['registered_model_tags', 'model_version_tags', 'model_versions', 'aliases'])
      store.sql.run(`DELETE FROM ${table} WHERE model = ?`, name);
    store.sql.run('DELETE FROM registered_models WHERE name = ?', name);
  });
  return {};
};

const modelColumns: Record<string, string> = {
  name: 'm.name',
  creation_timestamp: 'm.created_at',
  timestamp: 'm.updated_at',
  last_updated_timestamp: 'm.updated_at',
};
const versionColumns: Record<string, string> = {
  name: 'm.model',
  version_number: 'm.version',
  version: 'm.version',
  creation_timestamp: 'm.created_at',
  timestamp: 'm.updated_at',
  last_updated_timestamp: 'm.updated_at',
  run_id: 'm.run_id',
  source_path: 'm.source',
  source: 'm.source',
};

/** A filter over registered models or versions as a condition. */
function whereOf(filter: string, columns: Record<string, string>, tags: string, values: SqlValue[]): string {
  const refuse = (why: string) => invalid(`Invalid filter '${filter}': ${why}`);
  const visit = (part: Filter): string => {
    if (part.kind === 'and') return part.parts.map(visit).join(' AND ');
    if (part.kind !== 'compare') throw refuse('only comparisons joined by AND are supported.');
    const { field, operator } = part;
    const tag = field.of === 'tags';
    const column = tag
      ? 'x.value'
      : field.of === 'attributes' && Object.hasOwn(columns, field.key)
        ? columns[field.key]
        : undefined;
    if (column === undefined) throw refuse(`there is no '${field.key}'.`);
    if (tag) values.push(field.key);
    if (operator === 'is null' || operator === 'is not null') {
      if (!tag) throw refuse('IS NULL is for tags.');
      return `${operator === 'is null' ? 'NOT ' : ''}EXISTS (SELECT 1 FROM ${tags} AND x.key = ?)`;
    }
    const value = part.values[0]?.value ?? '';
    const isNumber = column === 'm.version' || column.endsWith('_at');
    if (part.values.some((one) => (typeof one.value === 'number') !== isNumber))
      throw refuse(`'${field.key}' is compared with ${isNumber ? 'a number' : 'text in quotes'}.`);
    if ((tag || column === 'm.name') && !['=', '!=', 'like', 'ilike'].includes(operator))
      throw refuse(`'${field.key}' is compared by = != LIKE ILIKE.`);
    let comparison: string;
    if (operator === 'in' || operator === 'not in') {
      values.push(...part.values.map((one) => one.value));
      comparison = `${column} ${operator === 'in' ? 'IN' : 'NOT IN'} (${part.values.map(() => '?').join(', ')})`;
    } else {
      values.push(operator === 'like' ? globOf(String(value)) : value);
      comparison =
        operator === 'like'
          ? `${column} GLOB ?`
          : operator === 'ilike'
            ? `${column} LIKE ?`
            : `${column} ${operator} ?`;
    }
    if (!tag) return comparison;
    // Clients leave prompts out by this comparison; what has no such tag is none.
    if (field.key === promptTag && operator === '!=')
      return `NOT EXISTS (SELECT 1 FROM ${tags} AND x.key = ? AND x.value = ?)`;
    return `EXISTS (SELECT 1 FROM ${tags} AND x.key = ? AND ${comparison})`;
  };
  try {
    const parsed = parseFilter(filter, true);
    return parsed ? visit(parsed) : '1';
  } catch (error) {
    throw error instanceof FilterError ? refuse(error.message) : error;
  }
}

const searchModels: Handler = ({ store, body }) => {
  const size = pageSize(body, 100, 1000);
  const offset = offsetOf(optionalText(body, 'page_token'));
  const values: SqlValue[] = [];
  const filter = optionalText(body, 'filter');
  const where = filter ? whereOf(filter, modelColumns, 'registered_model_tags x WHERE x.model = m.name', values) : '1';
  const order = orderBy(texts(body, 'order_by'), (field) =>
    Object.hasOwn(modelColumns, field) ? (modelColumns[field] ?? null) : null,
  );
  const rows = store.sql.all<ModelRow>(
    `SELECT m.* FROM registered_models m WHERE ${where} ORDER BY ${[...order, 'm.name'].join(', ')} LIMIT ? OFFSET ?`,
    ...values,
    size + 1,
    offset,
  );
  return {
    registered_models: rows.slice(0, size).map((row) => modelJson(store, row)),
    ...(rows.length > size ? { next_page_token: pageToken(offset + size) } : {}),
  };
};

const searchVersions: Handler = ({ store, body }) => {
  const size = pageSize(body, 200_000, 200_000);
  const offset = offsetOf(optionalText(body, 'page_token'));
  const values: SqlValue[] = [];
  const filter = optionalText(body, 'filter');
  const where = filter
    ? whereOf(filter, versionColumns, 'model_version_tags x WHERE x.model = m.model AND x.version = m.version', values)
    : '1';
  const order = orderBy(texts(body, 'order_by'), (field) =>
    Object.hasOwn(versionColumns, field) ? (versionColumns[field] ?? null) : null,
  );
  const rows = store.sql.all<VersionRow>(
    `SELECT m.* FROM model_versions m WHERE ${where} ORDER BY ${[...(order.length > 0 ? order : ['m.updated_at DESC']), 'm.model', 'm.version DESC'].join(', ')} LIMIT ? OFFSET ?`,
    ...values,
    size + 1,
    offset,
  );
  return {
    model_versions: rows.slice(0, size).map((row) => versionJson(store, row)),
    ...(rows.length > size ? { next_page_token: pageToken(offset + size) } : {}),
  };
};

const createVersion: Handler = ({ store, body }) => {
  const name = checkModelName(text(body, 'name'));
  const source = text(body, 'source');
  const { sql } = store;
  return sql.write(() => {
    modelOf(store, name);
    checkSource(source);
    const modelId = optionalText(body, 'model_id') || /^models:\/(m-[0-9a-f]+)$/.exec(source)?.[1] || null;
    const logged =
      modelId === null
        ? undefined
        : sql.get<{ artifact_location: string; source_run_id: string | null }>(
            'SELECT artifact_location, source_run_id FROM logged_models WHERE model_id = ?',
            modelId,
          );
    if (modelId !== null && !logged) throw missing(`Logged model with ID '${modelId}' not found.`);
    const copied = /^models:\/([^/@]+)\/(\d+)$/.exec(source);
    const place = copied ? sourceOf(versionOf(store, decoded(copied[1] ?? ''), copied[2] ?? '')) : '';
    const version = nextVersion(store, name);
    const now = Date.now();
    sql.run(
      'INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, source, model_id, run_link, user_id, description) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      name,
      version,
      optionalText(body, 'run_id') || logged?.source_run_id || '',
      place,
      now,
      now,
      source,
      modelId,
      optionalText(body, 'run_link') || null,
      '',
      optionalText(body, 'description') ?? '',
    );
    const row = versionOf(store, name, String(version));
    if (modelId !== null) noteVersion(store, modelId, name, version);
    for (const tag of list(body, 'tags')) setVersionTag(store, row, tag);
    return { model_version: versionJson(store, row) };
  });
};

/** A version must not point at files of this machine that no run wrote, nor out of the place it names. */
function checkSource(source: string): void {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(source)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === 'file' || scheme.length === 1) {
    throw invalid(
      `Invalid model version source: '${source}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id. Artifacts of this project have mlflow-artifacts: addresses.`,
    );
  }
  if (scheme === 'models' || scheme === 'runs') return;
  let path = source;
  for (let i = 0; i < 3; i++) path = decoded(path);
  if (path.includes('\0') || path.split(/[/\\?#]/).includes('..')) {
    throw invalid(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
    );
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A logged model knows the versions that were made of it, in the tag that MLflow keeps. */
function noteVersion({ sql }: Sql, modelId: string, name: string, version: number): void {
  const known =
    sql.get<{ value: string }>(
      `SELECT value FROM logged_model_tags WHERE model_id = ? AND key = 'mlflow.modelVersions'`,
      modelId,
    )?.value ?? '[]';
  const all = [...(JSON.parse(known) as { name: string; version: number }[]), { name, version }];
  const written = `[${all.map((one) => `{"name": ${JSON.stringify(one.name)}, "version": ${one.version}}`).join(', ')}]`;
  sql.run(
    `INSERT INTO logged_model_tags (model_id, key, value) VALUES (?, 'mlflow.modelVersions', ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
    modelId,
    written,
  );
}

const deleteVersion: Handler = ({ store, body }) => {
  const row = versionOf(store, text(body, 'name'), text(body, 'version'));
  if (row.report !== null)
    throw new MlflowError(
      'INVALID_STATE',
      `Version ${row.version} of \`${row.model}\` was validated in this project and stays in its history.`,
    );
  store.sql.write(() => {
    store.sql.run('DELETE FROM model_version_tags WHERE model = ? AND version = ?', row.model, row.version);
    store.sql.run('DELETE FROM aliases WHERE model = ? AND version = ?', row.model, row.version);
    store.sql.run('DELETE FROM model_versions WHERE model = ? AND version = ?', row.model, row.version);
    touch(store, row.model);
  });
  return {};
};

const transition: Handler = ({ store, body }) => {
  const row = versionOf(store, text(body, 'name'), text(body, 'version'));
  const asked = text(body, 'stage');
  const stage = stages.find((one) => one.toLowerCase() === asked.toLowerCase());
  if (stage === undefined)
    throw invalid(`Invalid Model Version stage: ${asked}. Value must be one of ${stages.join(', ')}.`);
  const archive = body.archive_existing_versions === true || body.archive_existing_versions === 'true';
  if (archive && stage !== 'Staging' && stage !== 'Production')
    throw invalid(
      `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are Staging, Production`,
    );
  store.sql.write(() => {
    if (archive)
      store.sql.run(
        `UPDATE model_versions SET stage = 'Archived', updated_at = ? WHERE model = ? AND stage = ? AND version <> ?`,
        Date.now(),
        row.model,
        stage,
        row.version,
      );
    store.sql.run('UPDATE model_versions SET stage = ? WHERE model = ? AND version = ?', stage, row.model, row.version);
    touch(store, row.model, row.version);
  });
  return { model_version: versionJson(store, versionOf(store, row.model, String(row.version))) };
};

const putAlias: Handler = ({ store, body, promote }) => {
  const row = versionOf(store, text(body, 'name'), text(body, 'version'));
  const alias = checkAlias(text(body, 'alias'));
  if (alias === 'champion' && isValidated(store, row.model)) {
    try {
      promote(row.model, row.version);
    } catch (error) {
      throw new MlflowError('INVALID_STATE', error instanceof Error ? error.message : String(error));
    }
  } else setAlias(store, row.model, alias, row.version, 'set through MLflow');
  touch(store, row.model);
  return {};
};

const latestVersions: Handler = ({ store, body }) => {
  const row = modelOf(store, text(body, 'name'));
  const asked = texts(body, 'stages').map(
    (stage) => stages.find((one) => one.toLowerCase() === stage.toLowerCase()) ?? stage,
  );
  for (const stage of asked)
    if (!stages.includes(stage))
      throw invalid(`Invalid Model Version stage: ${stage}. Value must be one of ${stages.join(', ')}.`);
  const versions = modelJson(store, row).latest_versions as { current_stage: string }[];
  return { model_versions: versions.filter((version) => asked.length === 0 || asked.includes(version.current_stage)) };
};

/** The calls of the model registry, by method and path. */
export const registryCalls: Record<string, Handler> = {
  'POST registered-models/create': createModel,
  'GET registered-models/get': ({ store, body }) => ({
    registered_model: modelJson(store, modelOf(store, text(body, 'name'))),
  }),
  'GET registered-models/search': searchModels,
  'POST registered-models/rename': renameModel,
  'PATCH registered-models/update': ({ store, body }) => {
    const row = modelOf(store, text(body, 'name'));
    store.sql.run(
      'UPDATE registered_models SET description = ?, updated_at = ? WHERE name = ?',
      optionalText(body, 'description') ?? '',
      Date.now(),
      row.name,
    );
    return { registered_model: modelJson(store, modelOf(store, row.name)) };
  },
  'DELETE registered-models/delete': deleteModel,
  'GET registered-models/get-latest-versions': latestVersions,
  'POST registered-models/get-latest-versions': latestVersions,
  'POST registered-models/set-tag': ({ store, body }) => {
    const row = modelOf(store, text(body, 'name'));
    setModelTag(store, row.name, body);
    touch(store, row.name);
    return {};
  },
  'DELETE registered-models/delete-tag': ({ store, body }) => {
    store.sql.run(
      'DELETE FROM registered_model_tags WHERE model = ? AND key = ?',
      modelOf(store, text(body, 'name')).name,
      text(body, 'key'),
    );
    return {};
  },
  'POST registered-models/alias': putAlias,
  'DELETE registered-models/alias': ({ store, body }) => {
    const row = modelOf(store, text(body, 'name'));
    const alias = text(body, 'alias');
    if (alias === 'champion' && isValidated(store, row.name))
      throw new MlflowError(
        'INVALID_STATE',
        `\`${row.name}\` is served by its champion. Roll back or promote another version instead.`,
      );
    setAlias(store, row.name, alias, null, 'removed through MLflow');
    return {};
  },
  'GET registered-models/alias': ({ store, body }) => {
    const row = modelOf(store, text(body, 'name'));
    const alias = text(body, 'alias');
    const version = store.sql.get<{ version: number }>(
      'SELECT version FROM aliases WHERE model = ? AND alias = ?',
      row.name,
      alias,
    )?.version;
    if (version === undefined) throw invalid(`Registered model alias ${alias} not found.`);
    return { model_version: versionJson(store, versionOf(store, row.name, String(version))) };
  },
  'POST model-versions/create': createVersion,
  'GET model-versions/get': ({ store, body }) => ({
    model_version: versionJson(store, versionOf(store, text(body, 'name'), text(body, 'version'))),
  }),
  'GET model-versions/search': searchVersions,
  'PATCH model-versions/update': ({ store, body }) => {
    const row = versionOf(store, text(body, 'name'), text(body, 'version'));
    store.sql.run(
      'UPDATE model_versions SET description = ?, updated_at = ? WHERE model = ? AND version = ?',
      optionalText(body, 'description') ?? '',
      Date.now(),
      row.model,
      row.version,
    );
    return { model_version: versionJson(store, versionOf(store, row.model, String(row.version))) };
  },
  'DELETE model-versions/delete': deleteVersion,
  'POST model-versions/transition-stage': transition,
  'GET model-versions/get-download-uri': ({ store, body }) => ({
    artifact_uri: sourceOf(versionOf(store, text(body, 'name'), text(body, 'version'))),
  }),
  'POST model-versions/set-tag': ({ store, body }) => {
    const row = versionOf(store, text(body, 'name'), text(body, 'version'));
    setVersionTag(store, row, body);
    touch(store, row.model, row.version);
    return {};
  },
  'DELETE model-versions/delete-tag': ({ store, body }) => {
    const row = versionOf(store, text(body, 'name'), text(body, 'version'));
    store.sql.run(
      'DELETE FROM model_version_tags WHERE model = ? AND version = ? AND key = ?',
      row.model,
      row.version,
      text(body, 'key'),
    );
    return {};
  },
};
