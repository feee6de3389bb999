import type { Store } from '../store/store.ts';

type Sql = Pick<Store, 'sql'>;

export interface Pair {
  key: string;
  value: string;
}

/** The tags of a run by key. */
export function tagsOf({ sql }: Sql, run: number): Pair[] {
  return sql.all<Pair>('SELECT key, value FROM tags WHERE run = ? ORDER BY key', run);
}

/** One tag of a run; null when it has none. */
export function tagOf({ sql }: Sql, run: number, key: string): string | null {
  return sql.get<Pair>('SELECT value FROM tags WHERE run = ? AND key = ?', run, key)?.value ?? null;
}

/** Removes a tag; false when it did not exist. */
export function removeTag({ sql }: Sql, run: number, key: string): boolean {
  return sql.run('DELETE FROM tags WHERE run = ? AND key = ?', run, key).changes > 0;
}

/** The value of a tag for each run, by the ids of the runs. */
export function runsByTag({ sql }: Sql, key: string): Map<string, string> {
  return new Map(
    sql
      .all<{ runId: string; value: string }>(
        'SELECT r.run_id AS runId, t.value FROM tags t JOIN runs r ON r.id = t.run WHERE t.key = ?',
        key,
      )
      .map(({ runId, value }) => [runId, value]),
  );
}
