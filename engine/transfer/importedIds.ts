import { createHash } from 'node:crypto';
import type { Store } from '../store/store.ts';
import { importNote, setImportNote } from '../tracking/imports.ts';
import { runRow } from '../tracking/loggedRuns.ts';
import { isUniversal } from './records.ts';

type Sql = Pick<Store, 'sql'>;

/**
 * What was imported before, by source and id there. `detail` is what the source said then, so that a change there is
 * told from one made here.
 */
export interface Imported<T> {
  id: string;
  detail: Partial<T>;
}

export function findImported<T>(store: Sql, source: string, sourceId: string): Imported<T> | null {
  const row = importNote(store, source, sourceId);
  if (!row) return null;
  try {
    return { id: row.id, detail: JSON.parse(row.detail) as Partial<T> };
  } catch {
    return { id: row.id, detail: {} };
  }
}

export function noteImported(store: Sql, source: string, sourceId: string, id: string, detail: unknown): void {
  setImportNote(store, source, sourceId, { id, detail: JSON.stringify(detail) });
}

/**
 * Under which source a run is remembered: MLflow's own ids are the same run wherever they are read, others only in
 * their own place.
 */
export function runSource(key: string, id: string): string {
  return isUniversal(id) ? 'mlflow run' : `${key} run`;
}

/**
 * The id that a run of a source has or gets here: its own when that is MLflow's and free. The same each time it is
 * asked.
 */
export function runIdFor(store: Sql, key: string, id: string): string {
  const known = findImported(store, runSource(key, id), id);
  if (known) return known.id;
  if (/^[0-9a-f]{32}$/.test(id) && runRow(store, id) === null) return id;
  return madeId(key, id);
}

export function madeId(key: string, id: string): string {
  return createHash('md5').update(`${key}\0${id}`).digest('hex');
}

/** A short mark of a text, to see later whether the source changed it. */
export function markOf(text: string): string {
  return createHash('md5').update(text).digest('base64').slice(0, 10);
}
