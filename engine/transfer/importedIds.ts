import { createHash } from 'node:crypto';
import type { Store } from '../store/store.ts';
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

export function findImported<T>({ sql }: Sql, source: string, sourceId: string): Imported<T> | null {
  const row = sql.get<{ id: string; detail: string }>(
    'SELECT id, detail FROM imports WHERE source = ? AND source_id = ?',
    source,
    sourceId,
  );
  if (!row) return null;
  try {
    return { id: row.id, detail: JSON.parse(row.detail) as Partial<T> };
  } catch {
    return { id: row.id, detail: {} };
  }
}

export function noteImported({ sql }: Sql, source: string, sourceId: string, id: string, detail: unknown): void {
  sql.run(
    'INSERT INTO imports (source, source_id, id, detail) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET id = excluded.id, detail = excluded.detail',
    source,
    sourceId,
    id,
    JSON.stringify(detail),
  );
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
  if (/^[0-9a-f]{32}$/.test(id) && !store.sql.get('SELECT 1 AS found FROM runs WHERE run_id = ?', id)) return id;
  return madeId(key, id);
}

export function madeId(key: string, id: string): string {
  return createHash('md5').update(`${key}\0${id}`).digest('hex');
}

/** A short mark of a text, to see later whether the source changed it. */
export function markOf(text: string): string {
  return createHash('md5').update(text).digest('base64').slice(0, 10);
}
