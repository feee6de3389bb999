import type { ModelRef } from '../../protocol/models.ts';
import type { Store } from '../store/store.ts';

/** The facts that identify the files of a model. */
export interface ModelIdentity {
  /** SHA-256 over the files; null when it was not computed. */
  hash: string | null;
  /** Id of a logged model; null for other files. */
  loggedModel: string | null;
  /** The run and the path among its artifacts; null for other files. */
  artifact: { runId: string; path: string } | null;
}

/** The newest version made of these files; null when there is none. */
export function findVersionOfFiles(
  { sql }: Pick<Store, 'sql'>,
  { hash, loggedModel, artifact }: ModelIdentity,
): (ModelRef & { isValidated: boolean }) | null {
  const row = sql.get<{ name: string; version: number; validated: number }>(
    `WITH given (hash, id, run, path) AS (VALUES (?, ?, ?, ?))
     SELECT v.model AS name, v.version, v.report IS NOT NULL AS validated FROM model_versions v, given g
     WHERE json_extract(v.report, '$.modelHash') = g.hash OR json_extract(v.report, '$.refit.modelHash') = g.hash
       OR v.model_id = g.id OR v.source = 'models:/' || g.id OR v.source LIKE '%/models/' || g.id || '/artifacts'
       OR v.source = 'runs:/' || g.run || '/' || g.path OR v.source LIKE '%/' || g.run || '/artifacts/' || g.path
     ORDER BY v.created_at DESC, v.version DESC LIMIT 1`,
    hash,
    loggedModel,
    artifact?.runId ?? null,
    artifact?.path ?? null,
  );
  return row ? { name: row.name, version: row.version, isValidated: row.validated === 1 } : null;
}
