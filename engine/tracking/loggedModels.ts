import type { Store } from '../store/store.ts';

type Sql = Pick<Store, 'sql'>;

/** A row of `logged_models`: a model logged by MLflow 3, with or without a run. */
export interface LoggedModelRow {
  model_id: string;
  experiment: number;
  name: string;
  artifact_location: string;
  created_at: number;
  updated_at: number;
  /** As in the protocol of MLflow, such as `LOGGED_MODEL_READY`. */
  status: string;
  status_message: string | null;
  model_type: string | null;
  source_run_id: string | null;
  deleted_at: number | null;
}

/** A metric of a logged model. The value may be NaN; names of datasets may be empty. */
export interface LoggedModelMetric {
  key: string;
  step: number;
  at: number;
  value: number;
  runId: string;
  datasetName: string;
  datasetDigest: string;
}

const pairTables = { params: 'logged_model_params', tags: 'logged_model_tags' } as const;

export function loggedModelRow({ sql }: Sql, id: string): LoggedModelRow | null {
  return sql.get<LoggedModelRow>('SELECT * FROM logged_models WHERE model_id = ?', id) ?? null;
}

export function addLoggedModel({ sql }: Sql, row: LoggedModelRow): void {
  sql.run(
    `INSERT INTO logged_models (model_id, experiment, name, artifact_location, created_at, updated_at, status,
       status_message, model_type, source_run_id, deleted_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.model_id,
    row.experiment,
    row.name,
    row.artifact_location,
    row.created_at,
    row.updated_at,
    row.status,
    row.status_message,
    row.model_type,
    row.source_run_id,
    row.deleted_at,
  );
}

/** Changes the mutable fields of a logged model. */
export function updateLoggedModel(
  store: Sql,
  id: string,
  change: Partial<Pick<LoggedModelRow, 'name' | 'updated_at' | 'status' | 'status_message' | 'deleted_at'>>,
): void {
  const known = loggedModelRow(store, id);
  if (!known) return;
  const row = { ...known, ...change };
  store.sql.run(
    'UPDATE logged_models SET name = ?, updated_at = ?, status = ?, status_message = ?, deleted_at = ? WHERE model_id = ?',
    row.name,
    row.updated_at,
    row.status,
    row.status_message,
    row.deleted_at,
    id,
  );
}

/** The params or tags of a logged model by key. */
export function pairsOfModel({ sql }: Sql, of: keyof typeof pairTables, id: string): { key: string; value: string }[] {
  return sql.all<{ key: string; value: string }>(
    `SELECT key, value FROM ${pairTables[of]} WHERE model_id = ? ORDER BY key`,
    id,
  );
}

/** Sets a param or tag of a logged model; an existing one is replaced, unless `keep` is set. */
export function setPairOfModel(
  { sql }: Sql,
  of: keyof typeof pairTables,
  id: string,
  key: string,
  value: string,
  { keep = false } = {},
): void {
  sql.run(
    `INSERT INTO ${pairTables[of]} (model_id, key, value) VALUES (?, ?, ?)
     ON CONFLICT DO ${keep ? 'NOTHING' : 'UPDATE SET value = excluded.value'}`,
    id,
    key,
    value,
  );
}

/** Removes a tag of a logged model; false when it did not exist. */
export function removeModelTag({ sql }: Sql, id: string, key: string): boolean {
  return sql.run('DELETE FROM logged_model_tags WHERE model_id = ? AND key = ?', id, key).changes > 0;
}

/** The metrics of a logged model by key, step and time. */
export function metricsOfModel({ sql }: Sql, id: string): LoggedModelMetric[] {
  return sql
    .all<LoggedModelMetric & { isNan: number }>(
      `SELECT key, step, at, value, is_nan AS isNan, run_id AS runId, dataset_name AS datasetName,
         dataset_digest AS datasetDigest
       FROM logged_model_metrics WHERE model_id = ? ORDER BY key, step, at`,
      id,
    )
    .map(({ isNan, ...metric }) => (isNan === 1 ? { ...metric, value: Number.NaN } : metric));
}

/** Adds a metric of a logged model; duplicates are stored once. */
export function addModelMetric({ sql }: Sql, id: string, metric: LoggedModelMetric): void {
  const isNan = Number.isNaN(metric.value);
  sql.run(
    `INSERT OR IGNORE INTO logged_model_metrics
       (model_id, key, step, at, value, is_nan, run_id, dataset_name, dataset_digest)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    metric.key,
    metric.step,
    metric.at,
    isNan ? 0 : metric.value,
    isNan ? 1 : 0,
    metric.runId,
    metric.datasetName,
    metric.datasetDigest,
  );
}

/** The logged models that were not deleted, oldest first, with the names of their experiments. */
export function listLoggedModels({ sql }: Sql): (LoggedModelRow & { experimentName: string })[] {
  return sql.all<LoggedModelRow & { experimentName: string }>(
    `SELECT m.*, ifnull(e.name, 'default') AS experimentName
     FROM logged_models m LEFT JOIN experiments e ON e.id = m.experiment
     WHERE m.deleted_at IS NULL ORDER BY m.created_at, m.model_id`,
  );
}

/** The models that a run logged and that were not deleted, oldest first. */
export function loggedModelsOfRun({ sql }: Sql, runId: string): LoggedModelRow[] {
  return sql.all<LoggedModelRow>(
    'SELECT * FROM logged_models WHERE source_run_id = ? AND deleted_at IS NULL ORDER BY created_at, model_id',
    runId,
  );
}

/** The ids of the logged models that are inputs or outputs of these runs. */
export function modelsOfRuns({ sql }: Sql, runIds: readonly string[]): Set<string> {
  return new Set(
    sql
      .all<{ id: string }>(
        `SELECT DISTINCT m.model_id AS id FROM json_each(?) j JOIN runs r ON r.run_id = j.value
         JOIN run_models m ON m.run = r.id`,
        JSON.stringify(runIds),
      )
      .map(({ id }) => id),
  );
}

/** Returns the runs that logged a model that was not deleted. */
export function runsWithModels({ sql }: Sql, runIds: readonly string[]): string[] {
  return sql
    .all<{ runId: string }>(
      `SELECT DISTINCT source_run_id AS runId FROM logged_models
       WHERE deleted_at IS NULL AND source_run_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(runIds),
    )
    .map(({ runId }) => runId);
}
