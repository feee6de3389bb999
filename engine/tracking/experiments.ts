import { WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';

export interface Experiment {
  /** 0 is the default experiment. */
  id: number;
  name: string;
  /** Root of its artifacts; null for the project's own folder. */
  artifactLocation: string | null;
  lifecycle: 'active' | 'deleted';
  createdAt: number;
  updatedAt: number;
}

type Sql = Pick<Store, 'sql'>;

interface Row {
  id: number;
  name: string;
  artifact_location: string | null;
  lifecycle: 'active' | 'deleted';
  created_at: number;
  updated_at: number;
}

export function experimentById({ sql }: Sql, id: number): Experiment | null {
  const row = sql.get<Row>('SELECT * FROM experiments WHERE id = ?', id);
  return row ? read(row) : null;
}

export function experimentByName({ sql }: Sql, name: string): Experiment | null {
  const row = sql.get<Row>('SELECT * FROM experiments WHERE name = ?', name);
  return row ? read(row) : null;
}

/** Creates an experiment with a new name. */
export function createExperiment(
  { sql }: Sql,
  name: string,
  options: { artifactLocation?: string | null; at?: number } = {},
): Experiment {
  const at = options.at ?? Date.now();
  return sql.write(() => {
    if (experimentByName({ sql }, name)) throw new WorkError(`The experiment \`${name}\` already exists.`);
    const { lastId } = sql.run(
      'INSERT INTO experiments (name, artifact_location, created_at, updated_at) VALUES (?, ?, ?, ?)',
      name,
      options.artifactLocation ?? null,
      at,
      at,
    );
    return {
      id: lastId,
      name,
      artifactLocation: options.artifactLocation ?? null,
      lifecycle: 'active',
      createdAt: at,
      updatedAt: at,
    };
  });
}

/** The experiment with a name, created if needed. */
export function ensureExperiment(store: Sql, name: string): Experiment {
  return (
    experimentByName(store, name) ??
    store.sql.write(() => experimentByName(store, name) ?? createExperiment(store, name))
  );
}

/** Renames an experiment and the experiment of its runs. */
export function renameExperiment({ sql }: Sql, id: number, name: string): void {
  sql.write(() => {
    const found = experimentById({ sql }, id);
    if (!found || found.name === name) return;
    if (experimentByName({ sql }, name)) throw new WorkError(`The experiment \`${name}\` already exists.`);
    sql.run('UPDATE experiments SET name = ?, updated_at = ? WHERE id = ?', name, Date.now(), id);
    sql.run('UPDATE runs SET experiment = ? WHERE experiment = ?', name, found.name);
  });
}

/** Deletes an experiment with its runs, or restores it with the runs that were deleted with it. */
export function setExperimentLifecycle({ sql }: Sql, id: number, lifecycle: Experiment['lifecycle']): void {
  sql.write(() => {
    const found = experimentById({ sql }, id);
    if (!found) return;
    const at = Date.now();
    // The runs get the deletion time of their experiment, so that runs deleted before stay deleted.
    if (lifecycle === 'deleted')
      sql.run('UPDATE runs SET deleted_at = ? WHERE experiment = ? AND deleted_at IS NULL', at, found.name);
    else
      sql.run('UPDATE runs SET deleted_at = NULL WHERE experiment = ? AND deleted_at = ?', found.name, found.updatedAt);
    sql.run('UPDATE experiments SET lifecycle = ?, updated_at = ? WHERE id = ?', lifecycle, at, id);
  });
}

export function listExperiments({ sql }: Sql): Experiment[] {
  return sql.all<Row>('SELECT * FROM experiments ORDER BY id').map(read);
}

/** The tags of an experiment by key. */
export function experimentTags({ sql }: Sql, id: number): { key: string; value: string }[] {
  return sql.all<{ key: string; value: string }>(
    'SELECT key, value FROM experiment_tags WHERE experiment = ? ORDER BY key',
    id,
  );
}

export function setExperimentTag({ sql }: Sql, id: number, { key, value }: { key: string; value: string }): void {
  sql.run(
    `INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
    id,
    key,
    value,
  );
}

/** Removes a tag of an experiment; false when it did not exist. */
export function removeExperimentTag({ sql }: Sql, id: number, key: string): boolean {
  return sql.run('DELETE FROM experiment_tags WHERE experiment = ? AND key = ?', id, key).changes > 0;
}

/** Sets the time of the last change of an experiment, for an import. Epoch milliseconds. */
export function setExperimentUpdated({ sql }: Sql, id: number, at: number): void {
  sql.run('UPDATE experiments SET updated_at = ? WHERE id = ?', at, id);
}

function read(row: Row): Experiment {
  return {
    id: row.id,
    name: row.name,
    artifactLocation: row.artifact_location,
    lifecycle: row.lifecycle,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
