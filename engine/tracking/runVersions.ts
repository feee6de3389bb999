import type { Store } from '../store/store.ts';

// The one file of this room that reads a table of the registry: lists of 100,000 runs show, order and filter by the
// version of a run in one statement, from the index `model_versions_by_run`.

/** The newest version that the run `r` registered, as an expression; NULL when there is none. */
export const versionOfRun = '(SELECT max(v.version) FROM model_versions v WHERE v.run_id = r.run_id)';

/** The newest version of each model that these runs registered, by the name of the model. */
export function versionsOfRuns(
  { sql }: Pick<Store, 'sql'>,
  runIds: readonly string[],
): { runId: string; model: string; version: number }[] {
  return sql.all<{ runId: string; model: string; version: number }>(
    `SELECT v.run_id AS runId, v.model, max(v.version) AS version
     FROM json_each(?) j JOIN model_versions v ON v.run_id = j.value GROUP BY v.run_id, v.model
     ORDER BY v.model`,
    JSON.stringify(runIds),
  );
}

/** True when runs registered versions of more than one model. */
export function hasSeveralModels({ sql }: Pick<Store, 'sql'>): boolean {
  return sql.get("SELECT 1 FROM model_versions WHERE run_id <> '' GROUP BY model LIMIT 1 OFFSET 1") !== undefined;
}
