import type { Store } from '../store/store.ts';
import { findImported, markOf, noteImported, runIdFor } from './importedIds.ts';
import type { SourceModel, SourceRegistered, SourceVersion, Tell } from './records.ts';
import { localPath } from './artifactPlaces.ts';

/**
 * True for a logged model of this very project: one that is here and never came from elsewhere, or that went to a
 * server and comes back from there.
 */
export function isOwnModel(store: Store, model: SourceModel): boolean {
  if (findImported(store, 'mlflow model', model.id)) return false;
  const exported = model.tags.get('loopwright.model_id') ?? '';
  return (
    store.sql.get('SELECT 1 AS found FROM logged_models WHERE model_id IN (?, ?)', model.id, exported) !== undefined
  );
}

/** Writes a logged model, or what is new of it. True when it was not here. Call it inside `sql.write`. */
export function writeImportedModel(
  store: Store,
  from: { key: string },
  model: SourceModel,
  experiment: number,
  location: string,
): boolean {
  const { sql } = store;
  const added = !sql.get('SELECT 1 AS found FROM logged_models WHERE model_id = ?', model.id);
  const then = findImported<{ mark: string; tags: Record<string, string> }>(store, 'mlflow model', model.id);
  const runId = (id: string) => (id === '' ? id : runIdFor(store, from.key, id));
  const mark = markOf(JSON.stringify([model.status, model.statusMessage, model.updatedAt, model.deleted, model.name]));
  const deletedAt = model.deleted ? model.updatedAt : null;
  if (added) {
    sql.run(
      'INSERT INTO logged_models (model_id, experiment, name, artifact_location, created_at, updated_at, status, status_message, model_type, source_run_id, deleted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      model.id,
      experiment,
      model.name,
      location,
      model.createdAt,
      model.updatedAt,
      model.status,
      model.statusMessage,
      model.modelType,
      model.sourceRunId === null ? null : runId(model.sourceRunId),
      deletedAt,
    );
  } else if (then?.detail.mark !== mark) {
    sql.run(
      'UPDATE logged_models SET name = ?, updated_at = ?, status = ?, status_message = ?, deleted_at = ? WHERE model_id = ?',
      model.name,
      model.updatedAt,
      model.status,
      model.statusMessage,
      deletedAt,
      model.id,
    );
  }
  for (const [key, value] of model.params)
    sql.run(
      'INSERT INTO logged_model_params (model_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      model.id,
      key,
      value,
    );
  const marks = writeTags(
    store,
    'logged_model_tags (model_id, key, value)',
    'model_id',
    [model.id],
    model.tags,
    then?.detail.tags,
  );
  for (const m of model.metrics) {
    const isNan = Number.isNaN(m.value) ? 1 : 0;
    sql.run(
      'INSERT OR IGNORE INTO logged_model_metrics (model_id, key, step, at, value, is_nan, run_id, dataset_name, dataset_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      model.id,
      m.key,
      m.step,
      m.at,
      isNan === 1 ? 0 : m.value,
      isNan,
      runId(m.runId),
      m.datasetName,
      m.datasetDigest,
    );
  }
  noteImported(store, 'mlflow model', model.id, model.id, { mark, tags: marks });
  return added;
}

/** Sets the tags that the source changed since, removes those it lost; gives their marks. */
function writeTags(
  { sql }: Store,
  table: string,
  owner: string,
  ids: (string | number)[],
  tags: Map<string, string>,
  then: Record<string, string> = {},
): Record<string, string> {
  const name = table.split(' ')[0] ?? '';
  const where = owner
    .split(',')
    .map((column) => `${column} = ?`)
    .join(' AND ');
  for (const [key, value] of tags) {
    if (then[key] !== markOf(value))
      sql.run(
        `INSERT INTO ${table} VALUES (${[...ids, key, value].map(() => '?').join(', ')}) ON CONFLICT DO UPDATE SET value = excluded.value`,
        ...ids,
        key,
        value,
      );
  }
  for (const key of Object.keys(then))
    if (!tags.has(key)) sql.run(`DELETE FROM ${name} WHERE ${where} AND key = ?`, ...ids, key);
  return marksOf(tags);
}

interface RegisteredThen {
  mark: string;
  tags: Record<string, string>;
  aliases: Record<string, number>;
}

interface VersionThen {
  mark: string;
  tags: Record<string, string>;
}

/**
 * Writes a registered model with its versions; gives how many versions are new. Call it inside `sql.write`. What was
 * exported from here and comes back changes nothing.
 */
export function writeRegistered(store: Store, from: { key: string }, model: SourceRegistered, tell: Tell): number {
  const { sql } = store;
  const source = `${from.key} registered`;
  const then = findImported<RegisteredThen>(store, source, model.name);
  if (sql.get('SELECT 1 AS found FROM model_versions WHERE model = ? AND report IS NOT NULL LIMIT 1', model.name)) {
    tell(
      `models/${model.name}`,
      `left out: \`${model.name}\` is the model that this project validates and serves, whose versions come from its own runs`,
    );
    return 0;
  }
  const here = sql.get<{ created_at: number }>('SELECT created_at FROM registered_models WHERE name = ?', model.name);
  const mark = markOf(JSON.stringify([model.description, model.updatedAt]));
  sql.run(
    'INSERT INTO registered_models (name, created_at, updated_at, description) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    model.name,
    model.createdAt,
    model.updatedAt,
    model.description,
  );
  if (then && then.detail.mark !== mark)
    sql.run(
      'UPDATE registered_models SET updated_at = ?, description = ? WHERE name = ?',
      model.updatedAt,
      model.description,
      model.name,
    );
  let added = 0;
  let isOwn = here?.created_at === model.createdAt;
  const numbers = new Map<number, number>();
  for (const version of model.versions) {
    const written = writeVersion(store, from, model.name, version, tell);
    if (written.added) added++;
    isOwn ||= written.isOwn;
    if (written.number !== null) numbers.set(version.version, written.number);
  }
  sql.run(
    'UPDATE registered_models SET last_version = max(last_version, ?) WHERE name = ?',
    Math.max(0, ...numbers.values()),
    model.name,
  );
  const comesBack = here !== undefined && !then && isOwn && wentOut(store, 'registered', model.name);
  const tags = writeTags(
    store,
    'registered_model_tags (model, key, value)',
    'model',
    [model.name],
    model.tags,
    comesBack ? marksOf(model.tags) : then?.detail.tags,
  );
  const before = comesBack ? Object.fromEntries(model.aliases) : (then?.detail.aliases ?? {});
  for (const [alias, version] of model.aliases) {
    const number = numbers.get(version);
    if (before[alias] === version || number === undefined) continue;
    sql.run(
      'INSERT INTO aliases (model, alias, version) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
      model.name,
      alias,
      number,
    );
  }
  for (const alias of Object.keys(before))
    if (!model.aliases.has(alias)) sql.run('DELETE FROM aliases WHERE model = ? AND alias = ?', model.name, alias);
  noteImported(store, source, model.name, model.name, {
    mark,
    tags,
    aliases: Object.fromEntries(model.aliases),
  } satisfies RegisteredThen);
  return added;
}

/** True for what this project made itself or sent out: its source can say nothing of it that is not known here. */
function wentOut({ sql }: Store, kind: 'registered' | 'version', id: string): boolean {
  const sources = sql
    .all<{ source: string }>('SELECT source FROM imports WHERE source_id = ? AND source LIKE ?', id, `% ${kind}`)
    .map(({ source }) => source);
  return sources.length === 0 || sources.some((source) => source.startsWith('export '));
}

/** Gives the number that the version has here; null when it was left out. */
function writeVersion(
  store: Store,
  from: { key: string },
  model: string,
  version: SourceVersion,
  tell: Tell,
): { added: boolean; isOwn: boolean; number: number | null } {
  const { sql } = store;
  const source = `${from.key} version`;
  const id = `${model}/${version.version}`;
  const then = findImported<VersionThen>(store, source, id);
  const exported = Number(version.tags.get('loopwright.version') ?? Number.NaN);
  if (
    !then &&
    Number.isInteger(exported) &&
    sql.get(
      'SELECT 1 AS found FROM model_versions WHERE model = ? AND version = ? AND created_at = ?',
      model,
      exported,
      Number(version.tags.get('loopwright.created')),
    )
  ) {
    return { added: false, isOwn: true, number: exported };
  }
  const here = sql.get<{ source: string | null; created_at: number }>(
    'SELECT source, created_at FROM model_versions WHERE model = ? AND version = ?',
    model,
    version.version,
  );
  const isOwn =
    !then &&
    here !== undefined &&
    version.createdAt > 0 &&
    here.created_at === version.createdAt &&
    wentOut(store, 'version', id);
  if (here && !then && !isOwn && (here.source !== version.source || here.created_at !== version.createdAt)) {
    tell(`models/${model}/version-${version.version}`, 'left out: this project has another version of that number');
    return { added: false, isOwn: false, number: null };
  }
  const runId = version.runId === '' ? '' : runIdFor(store, from.key, version.runId);
  const mark = markOf(
    JSON.stringify([version.description, version.stage, version.status, version.statusMessage, version.updatedAt]),
  );
  if (!here) {
    sql.run(
      'INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, source, model_id, run_link, user_id, stage, description, status, status_message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      model,
      version.version,
      runId,
      filesOf(store, version, runId),
      version.createdAt,
      version.updatedAt,
      version.source,
      version.modelId ?? /^models:\/(m-[0-9a-f]+)$/.exec(version.source ?? '')?.[1] ?? null,
      version.runLink,
      version.userId,
      version.stage,
      version.description,
      version.status,
      version.statusMessage,
    );
  } else if (then && then.detail.mark !== mark) {
    sql.run(
      'UPDATE model_versions SET description = ?, stage = ?, status = ?, status_message = ?, updated_at = ? WHERE model = ? AND version = ?',
      version.description,
      version.stage,
      version.status,
      version.statusMessage,
      version.updatedAt,
      model,
      version.version,
    );
  }
  const tags = writeTags(
    store,
    'model_version_tags (model, version, key, value)',
    'model,version',
    [model, version.version],
    version.tags,
    isOwn ? marksOf(version.tags) : then?.detail.tags,
  );
  noteImported(store, source, id, id, { mark, tags } satisfies VersionThen);
  return { added: !here, isOwn, number: version.version };
}

function marksOf(tags: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...tags].map(([key, value]) => [key, markOf(value)]));
}

/**
 * Where the files of a version are now, when its source was a place among the artifacts of a run or of a logged model
 * that came along; empty otherwise.
 */
function filesOf({ sql }: Store, version: SourceVersion, runId: string): string {
  const source = version.source ?? '';
  if (/^(runs|models):/.test(source)) return '';
  const path = source.startsWith('mlflow-artifacts:') ? source : (localPath(source) ?? '');
  const parts = path.split(/[\\/]+/);
  const at = parts.lastIndexOf('artifacts');
  const owner = parts[at - 1] ?? '';
  const rest = parts
    .slice(at + 1)
    .map(encodeURIComponent)
    .join('/');
  if (at < 1) return '';
  if (owner.startsWith('m-')) {
    const location = sql.get<{ artifact_location: string }>(
      'SELECT artifact_location FROM logged_models WHERE model_id = ?',
      owner,
    )?.artifact_location;
    return location === undefined ? '' : [location, rest].filter(Boolean).join('/');
  }
  if (
    owner !== version.runId ||
    !sql.get('SELECT 1 AS found FROM runs WHERE run_id = ? AND artifact_uri IS NULL', runId)
  )
    return '';
  const experiment =
    sql.get<{ id: number }>(
      'SELECT e.id FROM runs r JOIN experiments e ON e.name = r.experiment WHERE r.run_id = ?',
      runId,
    )?.id ?? 0;
  return [`mlflow-artifacts:/${experiment}/${runId}/artifacts`, rest].filter(Boolean).join('/');
}
