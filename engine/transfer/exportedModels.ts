import { join } from 'node:path';
import type { Store } from '../store/store.ts';
import { isFolder } from './artifactPlaces.ts';
import type { ExportQuery } from './exportedRuns.ts';
import type { SourceModel, SourceRun } from './records.ts';

/** A logged model as the store has it. */
export interface LoggedModelRow {
  model_id: string;
  experiment: string;
  name: string;
  artifact_location: string;
  created_at: number;
  updated_at: number;
  status: string;
  status_message: string | null;
  model_type: string | null;
  source_run_id: string | null;
}

/** A logged model as another tool takes it. */
export interface ExportedModel {
  row: LoggedModelRow;
  params: [string, string][];
  tags: Map<string, string>;
  metrics: SourceModel['metrics'];
  /** Folder of its files; null when there is none here. */
  folder: string | null;
}

/** Tags that an export gives, and that say nothing about what is exported from here. */
const ofExports = new Set(['loopwright.model_id', 'loopwright.exported', 'loopwright.version', 'loopwright.created']);

/** Tags without those that an earlier export of another project left. */
export function ownTags(pairs: readonly { key: string; value: string }[]): Map<string, string> {
  return new Map(pairs.filter(({ key }) => !ofExports.has(key)).map(({ key, value }) => [key, value]));
}

/**
 * The logged models to export, the oldest first: those that one of these runs made or that it names as its input or
 * output. Without a filter those that no run made go along. Thrown-away ones stay.
 */
export function modelsToExport({ sql }: Store, runs: ReadonlySet<string>, query: ExportQuery): LoggedModelRow[] {
  const named = new Set(
    sql
      .all<{ id: string }>(
        'SELECT DISTINCT m.model_id AS id FROM json_each(?) j JOIN runs r ON r.run_id = j.value JOIN run_models m ON m.run = r.id',
        JSON.stringify([...runs]),
      )
      .map(({ id }) => id),
  );
  const rows = sql.all<LoggedModelRow>(
    `SELECT m.model_id, ifnull(e.name, 'default') AS experiment, m.name, m.artifact_location, m.created_at, m.updated_at, m.status, m.status_message, m.model_type, m.source_run_id
    FROM logged_models m LEFT JOIN experiments e ON e.id = m.experiment WHERE m.deleted_at IS NULL ORDER BY m.created_at, m.model_id`,
  );
  const alone = (row: LoggedModelRow) =>
    !row.source_run_id &&
    query.filter === undefined &&
    (query.experiment === undefined || query.experiment === row.experiment);
  return rows.filter((row) => named.has(row.model_id) || runs.has(row.source_run_id ?? '') || alone(row));
}

export function readModelForExport(store: Store, row: LoggedModelRow): ExportedModel {
  const { sql } = store;
  const id = row.model_id;
  const metrics = sql.all<{
    key: string;
    step: number;
    at: number;
    value: number;
    is_nan: number;
    run_id: string;
    dataset_name: string;
    dataset_digest: string;
  }>('SELECT * FROM logged_model_metrics WHERE model_id = ? ORDER BY key, step, at', id);
  const folder = modelFolder(store, id);
  return {
    row,
    params: sql
      .all<{ key: string; value: string }>(
        'SELECT key, value FROM logged_model_params WHERE model_id = ? ORDER BY key',
        id,
      )
      .map(({ key, value }) => [key, value]),
    tags: ownTags(
      sql.all<{ key: string; value: string }>(
        'SELECT key, value FROM logged_model_tags WHERE model_id = ? ORDER BY key',
        id,
      ),
    ),
    metrics: metrics.map((m) => ({
      key: m.key,
      step: m.step,
      at: m.at,
      value: m.is_nan === 1 ? Number.NaN : m.value,
      runId: m.run_id,
      datasetName: m.dataset_name,
      datasetDigest: m.dataset_digest,
    })),
    folder: isFolder(folder) ? folder : null,
  };
}

/** Where the files of a logged model lie. */
export function modelFolder(store: Store, id: string): string {
  return join(store.folder, 'models', id);
}

/** True for an address that is no place of this project, such as one in a bucket. */
export function isElsewhere(location: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(location) && !/^(file|mlflow-artifacts):/i.test(location);
}

/** Why a model that is told to be whole has no files to export; null when it has, or needs none. */
export function missingFiles({ row, tags, folder }: ExportedModel): string | null {
  if (
    folder !== null ||
    row.status !== 'LOGGED_MODEL_READY' ||
    tags.get('mlflow.model.isExternal')?.toLowerCase() === 'true'
  )
    return null;
  return isElsewhere(row.artifact_location)
    ? `its files stay at ${row.artifact_location}`
    : 'its files are not here any more; all else was exported';
}

/** The logged models that a run names. */
export function modelLinks({ sql }: Store, run: number): SourceRun['models'] {
  return sql.all<{ id: string; direction: 'input' | 'output'; step: number }>(
    'SELECT model_id AS id, direction, step FROM run_models WHERE run = ? ORDER BY direction, step, model_id',
    run,
  );
}
