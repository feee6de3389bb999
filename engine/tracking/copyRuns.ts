import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { quoteIdentifier } from '../data/quote.ts';
import { ensureExperiment } from './experiments.ts';
import type { SqlRow, SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { metricKeyId } from './writeRun.ts';

/**
 * Copies all runs of a store into another with their data, under the same ids: files first, then the rows in one write.
 * Model versions are not copied.
 */
export function copyRuns(from: Store, to: Store): void {
  const runs = from.sql.all<{ id: number; run_id: string; experiment: string }>('SELECT * FROM runs ORDER BY id');
  for (const { run_id: id } of runs) {
    for (const folder of ['artifacts', 'logs']) {
      if (!existsSync(join(from.folder, folder, id))) continue;
      mkdirSync(join(to.folder, folder), { recursive: true });
      cpSync(join(from.folder, folder, id), join(to.folder, folder, id), { recursive: true });
    }
  }
  to.sql.write(() => {
    for (const row of from.sql.all('SELECT * FROM texts')) insertRow(to, 'texts', row);
    const keys = new Map(
      from.sql
        .all<{ id: number; key: string }>('SELECT id, key FROM metric_keys')
        .map(({ id, key }) => [id, metricKeyId(to, key)]),
    );
    const experiments = new Map(
      from.sql
        .all<{ id: number; name: string }>('SELECT id, name FROM experiments')
        .map(({ id, name }) => [id, ensureExperiment(to, name).id]),
    );
    const datasets = copyDatasets(from, to, experiments);
    for (const row of runs) {
      const { id, ...rest } = row as SqlRow & typeof row;
      insertRow(to, 'runs', rest);
      const number = to.sql.get<{ id: number }>('SELECT id FROM runs WHERE run_id = ?', row.run_id)?.id ?? 0;
      const copy = (table: string, change: (found: SqlRow) => SqlRow) => {
        for (const found of from.sql.iterate<SqlRow>(`SELECT * FROM ${quoteIdentifier(table)} WHERE run = ?`, id))
          insertRow(to, table, { ...change(found), run: number });
      };
      for (const table of ['params', 'tags', 'run_models']) copy(table, (found) => found);
      for (const table of ['points', 'latest'])
        copy(table, (found) => ({ ...found, key: keys.get(Number(found['key'])) ?? 0 }));
      copy('dataset_inputs', (found) => ({ ...found, dataset: datasets.get(Number(found['dataset'])) ?? 0 }));
      for (const table of ['run_stages', 'gates'])
        for (const found of from.sql.all(`SELECT * FROM ${quoteIdentifier(table)} WHERE run_id = ?`, row.run_id))
          insertRow(to, table, found);
      copyInputs(from, to, row.run_id);
    }
    for (const found of from.sql.all('SELECT * FROM logged_models'))
      insertRow(to, 'logged_models', { ...found, experiment: experiments.get(Number(found['experiment'])) ?? 0 });
    for (const table of ['logged_model_params', 'logged_model_tags', 'logged_model_metrics'])
      for (const found of from.sql.all(`SELECT * FROM ${quoteIdentifier(table)}`)) insertRow(to, table, found);
  });
}

function copyDatasets(from: Store, to: Store, experiments: ReadonlyMap<number, number>): Map<number, number> {
  const ids = new Map<number, number>();
  for (const row of from.sql.all('SELECT * FROM mlflow_datasets')) {
    const { id, ...rest } = row;
    const experiment = experiments.get(Number(row['experiment'])) ?? 0;
    insertRow(to, 'mlflow_datasets', { ...rest, experiment });
    ids.set(
      Number(id),
      to.sql.get<{ id: number }>(
        'SELECT id FROM mlflow_datasets WHERE experiment = ? AND name = ? AND digest = ?',
        experiment,
        row['name'] ?? '',
        row['digest'] ?? '',
      )?.id ?? 0,
    );
  }
  return ids;
}

/**
 * Inputs of a run are mapped to the version with the same content in the other store; unknown data gets no version
 * there.
 */
function copyInputs(from: Store, to: Store, runId: string): void {
  for (const { dataset, hash } of from.sql.all<{ dataset: string; hash: string }>(
    'SELECT i.dataset, s.hash FROM run_inputs i JOIN snapshots s ON s.id = i.snapshot_id WHERE i.run_id = ?',
    runId,
  )) {
    const known = to.sql.get<{ id: string }>(
      'SELECT id FROM snapshots WHERE dataset = ? AND hash = ? ORDER BY created_at DESC LIMIT 1',
      dataset,
      hash,
    );
    if (known) insertRow(to, 'run_inputs', { run_id: runId, dataset, snapshot_id: known.id });
  }
}

/** Writes a row as read from a table of the same shape; an existing row stays unchanged. */
function insertRow({ sql }: Store, table: string, row: SqlRow): void {
  const columns = Object.keys(row);
  sql.run(
    `INSERT OR IGNORE INTO ${quoteIdentifier(table)} (${columns.map(quoteIdentifier).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...(Object.values(row) as SqlValue[]),
  );
}

/** Copies a version of a dataset with its id. The data itself is not copied. */
export function copySnapshot(from: Store, to: Store, id: string): void {
  const row = from.sql.get('SELECT * FROM snapshots WHERE id = ?', id);
  if (row) insertRow(to, 'snapshots', { ...row, kept: 0 });
}
