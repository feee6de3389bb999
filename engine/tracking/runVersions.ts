import type { Store } from '../store/store.ts';

// The one file of this room that reads a table of the registry: lists of 100,000 runs show, order and filter by the
// version of a run in one statement, from the index `model_versions_by_run`.

/** The newest version that the run `r` registered, as an expression; NULL when there is none. */
export const versionOfRun = '(SELECT max(v.version) FROM model_versions v WHERE v.run_id = r.run_id)';

/** The newest version that each of these runs registered. */
export function versionsOfRuns(
  { sql }: Pick<Store, 'sql'>,
  runIds: readonly string[],
): { runId: string; model: string; version: number }[] {
  return sql.all<{ runId: string; model: string; version: number }>(
    `SELECT v.run_id AS runId, v.model, max(v.version) AS version
     FROM json_each(?) j JOIN model_versions v ON v.run_id = j.value GROUP BY v.run_id`,
    JSON.stringify(runIds),
  );
}
