import type { Store } from '../store/store.ts';
import { setAlias } from './aliases.ts';
import { recordAudit } from './audit.ts';
import type { Pair } from '../tracking/runTags.ts';
import { nextVersion } from './modelVersions.ts';

type Sql = Pick<Store, 'sql'>;

/** A row of `registered_models`: a name with versions, as in MLflow's registry. */
export interface RegisteredModelRow {
  name: string;
  created_at: number;
  updated_at: number;
  description: string;
}

/** A row of `model_versions`. Versions of other tools have no report. */
export interface RegisteredVersionRow {
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
  /** The stage of MLflow's registry: None, Staging, Production or Archived. */
  stage: string;
  description: string;
  status: string;
  status_message: string | null;
}

export function registeredModel({ sql }: Sql, name: string): RegisteredModelRow | null {
  return sql.get<RegisteredModelRow>('SELECT * FROM registered_models WHERE name = ?', name) ?? null;
}

/** All registered models by name. */
export function listRegisteredModels({ sql }: Sql): RegisteredModelRow[] {
  return sql.all<RegisteredModelRow>(
    'SELECT name, created_at, updated_at, description FROM registered_models ORDER BY name',
  );
}

/** Adds a registered model; an existing one stays unchanged. */
export function addRegisteredModel(store: Sql, row: RegisteredModelRow, actor: string): void {
  if (registeredModel(store, row.name)) return;
  store.sql.run(
    `INSERT INTO registered_models (name, created_at, updated_at, description) VALUES (?, ?, ?, ?)`,
    row.name,
    row.created_at,
    row.updated_at,
    row.description,
  );
  recordAudit(store, actor, 'model created', { model: row.name });
}

/** Sets the description of a registered model. */
export function describeModel(store: Sql, name: string, description: string, at: number, actor: string): void {
  const known = registeredModel(store, name);
  if (!known) return;
  store.sql.write(() => {
    store.sql.run('UPDATE registered_models SET description = ?, updated_at = ? WHERE name = ?', description, at, name);
    if (description !== known.description)
      recordAudit(store, actor, 'model described', { model: name, description, previous: known.description });
  });
}

/** Renames a registered model with its versions, tags, aliases and their history. The new name must be free. */
export function renameRegisteredModel(store: Sql, name: string, renamed: string, actor: string): void {
  const { sql } = store;
  sql.write(() => {
    sql.run('UPDATE registered_models SET name = ?, updated_at = ? WHERE name = ?', renamed, Date.now(), name);
    for (const table of [
      'registered_model_tags',
      'model_version_tags',
      'model_versions',
      'aliases',
      'alias_history',
      'promotions',
      'version_approvals',
      'version_comments',
    ])
      sql.run(`UPDATE ${table} SET model = ? WHERE model = ?`, renamed, name);
    recordAudit(store, actor, 'model renamed', { model: name, renamed });
  });
}

/** Deletes a registered model with its versions, tags, approvals and comments; the history of its aliases stays. */
export function deleteRegisteredModel(store: Sql, name: string, actor: string): void {
  const { sql } = store;
  sql.write(() => {
    removeAliases(store, name, () => true, { why: 'the model was deleted', actor });
    for (const table of [
      'registered_model_tags',
      'model_version_tags',
      'version_approvals',
      'version_comments',
      'model_versions',
    ])
      sql.run(`DELETE FROM ${table} WHERE model = ?`, name);
    sql.run('DELETE FROM registered_models WHERE name = ?', name);
    recordAudit(store, actor, 'model deleted', { model: name });
  });
}

/** True when the project validates and serves this model: then its aliases change only through the gates. */
export function isValidated({ sql }: Sql, name: string): boolean {
  return sql.get('SELECT 1 FROM model_versions WHERE model = ? AND report IS NOT NULL LIMIT 1', name) !== undefined;
}

/** Sets the time of the last change of a model and of one of its versions. */
export function touchModel({ sql }: Sql, name: string, version?: number): void {
  sql.run('UPDATE registered_models SET updated_at = ? WHERE name = ?', Date.now(), name);
  if (version !== undefined)
    sql.run('UPDATE model_versions SET updated_at = ? WHERE model = ? AND version = ?', Date.now(), name, version);
}

/** Reserves numbers up to this one, so that new versions do not get them. */
export function reserveVersions({ sql }: Sql, name: string, upTo: number): void {
  sql.run('UPDATE registered_models SET last_version = max(last_version, ?) WHERE name = ?', upTo, name);
}

export function registeredVersion({ sql }: Sql, model: string, version: number): RegisteredVersionRow | null {
  return (
    sql.get<RegisteredVersionRow>('SELECT * FROM model_versions WHERE model = ? AND version = ?', model, version) ??
    null
  );
}

/** The versions of a model by number. */
export function versionsOfModel({ sql }: Sql, model: string): RegisteredVersionRow[] {
  return sql.all<RegisteredVersionRow>('SELECT * FROM model_versions WHERE model = ? ORDER BY version', model);
}

/** The newest version in each stage. */
export function newestByStage({ sql }: Sql, model: string): RegisteredVersionRow[] {
  return sql.all<RegisteredVersionRow>(
    `SELECT v.* FROM model_versions v
     JOIN (SELECT stage, max(version) AS version FROM model_versions WHERE model = ? GROUP BY stage) l
       ON l.version = v.version
     WHERE v.model = ? ORDER BY v.version`,
    model,
    model,
  );
}

/** The fields of a version that another tool registers. */
export type NewVersion = Omit<RegisteredVersionRow, 'report' | 'version'>;

/** Adds the next version of a model; returns its number. */
export function addNextVersion(store: Sql, version: NewVersion, actor: string): number {
  const number = nextVersion(store, version.model);
  addVersion(store, { ...version, version: number }, actor);
  return number;
}

/** Adds a version with a given number, for an import. */
export function addVersion(store: Sql, row: Omit<RegisteredVersionRow, 'report'>, actor: string): void {
  store.sql.run(
    `INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, source, model_id, run_link,
       user_id, stage, description, status, status_message, registered_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.model,
    row.version,
    row.run_id,
    row.path,
    row.created_at,
    row.updated_at,
    row.source,
    row.model_id,
    row.run_link,
    row.user_id,
    row.stage,
    row.description,
    row.status,
    row.status_message,
    actor,
  );
  recordAudit(store, actor, 'version registered', { model: row.model, version: row.version, runId: row.run_id });
}

/** Changes the mutable fields of a version. */
export function updateVersion(
  store: Sql,
  model: string,
  version: number,
  change: Partial<Pick<RegisteredVersionRow, 'description' | 'stage' | 'status' | 'status_message' | 'updated_at'>>,
  actor: string,
): void {
  const known = registeredVersion(store, model, version);
  if (!known) return;
  const row = { ...known, ...change };
  store.sql.run(
    `UPDATE model_versions SET description = ?, stage = ?, status = ?, status_message = ?, updated_at = ?
     WHERE model = ? AND version = ?`,
    row.description,
    row.stage,
    row.status,
    row.status_message,
    row.updated_at,
    model,
    version,
  );
  if (row.stage !== known.stage)
    recordAudit(store, actor, 'stage set', { model, version, stage: row.stage, previous: known.stage });
  if (row.description !== known.description)
    recordAudit(store, actor, 'version described', {
      model,
      version,
      description: row.description,
      previous: known.description,
    });
  if (row.status !== known.status)
    recordAudit(store, actor, 'version status set', { model, version, status: row.status, previous: known.status });
}

/** Archives the other versions in the stage of a version. */
export function archiveOthers(store: Sql, model: string, stage: string, version: number, actor: string): void {
  const others = versionsOfModel(store, model).filter((row) => row.stage === stage && row.version !== version);
  for (const other of others)
    updateVersion(store, model, other.version, { stage: 'Archived', updated_at: Date.now() }, actor);
}

/** Deletes a version with its tags, approvals and comments; the history of its aliases stays. */
export function deleteVersion(store: Sql, model: string, version: number, actor: string): void {
  const { sql } = store;
  sql.write(() => {
    removeAliases(store, model, (one) => one === version, { why: 'the version was deleted', actor });
    for (const table of ['model_version_tags', 'version_approvals', 'version_comments', 'model_versions'])
      sql.run(`DELETE FROM ${table} WHERE model = ? AND version = ?`, model, version);
    touchModel(store, model);
    recordAudit(store, actor, 'version deleted', { model, version });
  });
}

function removeAliases(
  store: Sql,
  model: string,
  isMeant: (version: number) => boolean,
  change: { why: string; actor: string },
): void {
  for (const { alias, version } of registeredAliases(store, model))
    if (isMeant(version)) setAlias(store, { model, alias, version: null, kind: 'deleted', ...change });
}

/** The tags of a registered model, or of one of its versions, by key. */
export function registryTags({ sql }: Sql, model: string, version: number | null = null): Pair[] {
  return version === null
    ? sql.all<Pair>('SELECT key, value FROM registered_model_tags WHERE model = ? ORDER BY key', model)
    : sql.all<Pair>(
        'SELECT key, value FROM model_version_tags WHERE model = ? AND version = ? ORDER BY key',
        model,
        version,
      );
}

/** Sets a tag of a registered model, or of one of its versions. */
export function setRegistryTag(
  store: Sql,
  model: string,
  version: number | null,
  { key, value }: Pair,
  actor: string,
): void {
  const { sql } = store;
  const set = 'ON CONFLICT DO UPDATE SET value = excluded.value';
  sql.write(() => {
    const previous = registryTags(store, model, version).find((tag) => tag.key === key)?.value ?? null;
    if (previous === value) return;
    if (version === null)
      sql.run(`INSERT INTO registered_model_tags (model, key, value) VALUES (?, ?, ?) ${set}`, model, key, value);
    else
      sql.run(
        `INSERT INTO model_version_tags (model, version, key, value) VALUES (?, ?, ?, ?) ${set}`,
        model,
        version,
        key,
        value,
      );
    if (version === null) recordAudit(store, actor, 'model tag set', { model, key, value, previous });
    else recordAudit(store, actor, 'version tag set', { model, version, key, value, previous });
  });
}

/** Removes a tag of a registered model, or of one of its versions. */
export function removeRegistryTag(store: Sql, model: string, version: number | null, key: string, actor: string): void {
  const { sql } = store;
  sql.write(() => {
    const { changes } =
      version === null
        ? sql.run('DELETE FROM registered_model_tags WHERE model = ? AND key = ?', model, key)
        : sql.run('DELETE FROM model_version_tags WHERE model = ? AND version = ? AND key = ?', model, version, key);
    if (changes === 0) return;
    if (version === null) recordAudit(store, actor, 'model tag removed', { model, key });
    else recordAudit(store, actor, 'version tag removed', { model, version, key });
  });
}

/** The aliases of a registered model by name, including those set through MLflow's API. */
export function registeredAliases({ sql }: Sql, model: string): { alias: string; version: number }[] {
  return sql.all<{ alias: string; version: number }>(
    'SELECT alias, version FROM aliases WHERE model = ? ORDER BY alias',
    model,
  );
}

/** Imports an alias of another registry, or its removal with null; its earlier history stays in that registry. */
export function importAlias(store: Sql, model: string, alias: string, version: number | null, actor: string): void {
  setAlias(store, { model, alias, version, kind: 'imported', why: 'imported from another registry', actor });
}
