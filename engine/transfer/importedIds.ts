import { createHash } from 'node:crypto';
import type { Store } from '../store/store.ts';
import { importNote, setImportNote } from '../tracking/imports.ts';
import { runRow } from '../tracking/loggedRuns.ts';
import { isUniversal } from './records.ts';

type Sql = Pick<Store, 'sql'>;

/**
 * The last import of an object, by source and id there. `detail` is the state of the source at that time, which
 * separates changes there from changes here.
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
 * The source under which a run is remembered: MLflow's own ids are unique across sources, others only within their own.
 */
export function runSource(key: string, id: string): string {
  return isUniversal(id) ? 'mlflow run' : `${key} run`;
}

/** The local id of a source's run: its own when that is an unused id of MLflow. Stable over repeated calls. */
export function runIdFor(store: Sql, key: string, id: string): string {
  const known = findImported(store, runSource(key, id), id);
  if (known) return known.id;
  if (/^[0-9a-f]{32}$/.test(id) && runRow(store, id) === null) return id;
  return madeId(key, id);
}

export function madeId(key: string, id: string): string {
  return createHash('md5').update(`${key}\0${id}`).digest('hex');
}

/** A short hash of a text, to detect changes in the source. */
export function markOf(text: string): string {
  return createHash('md5').update(text).digest('base64').slice(0, 10);
}
