import type { Store } from '../store/store.ts';

/** The names of runs by their ids; unknown runs have none. */
export function runNames({ sql }: Pick<Store, 'sql'>, runIds: readonly string[]): Map<string, string> {
  return new Map(
    sql
      .all<{ runId: string; name: string }>(
        'SELECT DISTINCT r.run_id AS runId, r.name FROM json_each(?) j JOIN runs r ON r.run_id = j.value',
        JSON.stringify(runIds),
      )
      .map(({ runId, name }) => [runId, name]),
  );
}
