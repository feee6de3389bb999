import type { Store } from '../store/store.ts';

/** The user that a client gave for a run; empty when there is none. */
export function userOfRun({ sql }: Pick<Store, 'sql'>, runId: string): string {
  return sql.get<{ user: string }>('SELECT user_id AS user FROM runs WHERE run_id = ?', runId)?.user ?? '';
}
