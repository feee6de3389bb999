import type { Store } from '../store/store.ts';

type Sql = Pick<Store, 'sql'>;

/** A dataset that another tool logged, named by its digest. Schema, profile and source are texts of that tool. */
export interface LoggedDataset {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema: string | null;
  profile: string | null;
  /** Tags of the use, such as `mlflow.data.context`. */
  tags: { key: string; value: string }[];
}

interface DatasetRow {
  run: number;
  tags: string;
  name: string;
  digest: string;
  source_type: string;
  source: string;
  schema: string | null;
  profile: string | null;
}

/** A logged model that is an input or output of a run. */
export interface ModelLink {
  id: string;
  direction: 'input' | 'output';
  step: number;
}

/**
 * Records that a run read a dataset; the dataset itself is stored once per experiment. With `replaceTags`, tags of an
 * existing use are replaced.
 */
export function writeDatasetInput(
  { sql }: Sql,
  run: number,
  experiment: number,
  dataset: LoggedDataset,
  replaceTags = false,
): void {
  const id =
    datasetId({ sql }, experiment, dataset) ??
    sql.run(
      `INSERT INTO mlflow_datasets (experiment, name, digest, source_type, source, schema, profile)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      experiment,
      dataset.name,
      dataset.digest,
      dataset.sourceType,
      dataset.source,
      dataset.schema,
      dataset.profile,
    ).lastId;
  sql.run(
    `INSERT INTO dataset_inputs (run, dataset, tags) VALUES (?, ?, ?)
     ON CONFLICT DO ${replaceTags ? 'UPDATE SET tags = excluded.tags' : 'NOTHING'}`,
    run,
    id,
    JSON.stringify(dataset.tags),
  );
}

function datasetId({ sql }: Sql, experiment: number, { name, digest }: LoggedDataset): number | undefined {
  return sql.get<{ id: number }>(
    'SELECT id FROM mlflow_datasets WHERE experiment = ? AND name = ? AND digest = ?',
    experiment,
    name,
    digest,
  )?.id;
}

/** The datasets that runs read, by run, then by name and digest. */
export function datasetInputsOf({ sql }: Sql, runs: readonly number[]): (LoggedDataset & { run: number })[] {
  return sql
    .all<DatasetRow>(
      `SELECT i.run, i.tags, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
       FROM json_each(?) j JOIN dataset_inputs i ON i.run = j.value JOIN mlflow_datasets d ON d.id = i.dataset
       ORDER BY j.key, d.name, d.digest`,
      JSON.stringify(runs),
    )
    .map(({ source_type: sourceType, tags, ...row }) => ({
      ...row,
      sourceType,
      tags: JSON.parse(tags) as LoggedDataset['tags'],
    }));
}

export interface DatasetUse extends Pick<LoggedDataset, 'name' | 'digest' | 'tags'> {
  experiment: number;
}

/** The datasets that runs of these experiments read, without duplicates; at most 1,000. */
export function datasetsUsed({ sql }: Sql, experiments: readonly number[]): DatasetUse[] {
  return sql
    .all<{ experiment: number; name: string; digest: string; tags: string }>(
      `SELECT DISTINCT d.experiment, d.name, d.digest, i.tags
       FROM mlflow_datasets d JOIN dataset_inputs i ON i.dataset = d.id
       WHERE d.experiment IN (SELECT value FROM json_each(?)) LIMIT 1000`,
      JSON.stringify(experiments),
    )
    .map((row) => ({ ...row, tags: JSON.parse(row.tags) as LoggedDataset['tags'] }));
}

/** Records a logged model as input or output of a run. The step of an output may change. */
export function linkModel({ sql }: Sql, run: number, { id, direction, step }: ModelLink): void {
  sql.run(
    `INSERT INTO run_models (run, model_id, direction, step) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET step = excluded.step`,
    run,
    id,
    direction,
    step,
  );
}

/** The logged models that are inputs or outputs of runs, by run. */
export function modelLinksOf({ sql }: Sql, runs: readonly number[]): (ModelLink & { run: number })[] {
  return sql.all<ModelLink & { run: number }>(
    `SELECT m.run, m.model_id AS id, m.direction, m.step FROM json_each(?) j JOIN run_models m ON m.run = j.value
     ORDER BY j.key, m.direction, m.step, m.model_id`,
    JSON.stringify(runs),
  );
}

/** A version of a dataset that a run read. */
export interface SnapshotInput {
  dataset: string;
  snapshotId: string;
  hash: string;
  rows: number;
  source: string;
}

/** The versions of datasets that a run read and that are in the store, by dataset. */
export function snapshotInputsOf({ sql }: Sql, runId: string): SnapshotInput[] {
  return sql.all<SnapshotInput>(
    `SELECT i.dataset, i.snapshot_id AS snapshotId, s.hash, s.rows, s.source
     FROM run_inputs i JOIN snapshots s ON s.id = i.snapshot_id WHERE i.run_id = ? ORDER BY i.dataset`,
    runId,
  );
}

/** The hash of each dataset that these runs read. */
export function snapshotHashesOf(
  { sql }: Sql,
  runs: readonly number[],
): { run: number; dataset: string; hash: string }[] {
  return sql.all<{ run: number; dataset: string; hash: string }>(
    `SELECT r.id AS run, i.dataset, s.hash FROM json_each(?) j JOIN runs r ON r.id = j.value
     JOIN run_inputs i ON i.run_id = r.run_id JOIN snapshots s ON s.id = i.snapshot_id`,
    JSON.stringify(runs),
  );
}
