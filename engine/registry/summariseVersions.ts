import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { runNames } from '../tracking/runNames.ts';
import type { Store } from '../store/store.ts';
import { aliasesOf, challenger, champion } from './aliases.ts';
import { overriddenVersions } from './promotions.ts';
import { readVersionSummary } from './versionSummary.ts';

/** All versions of a model for lists, newest first. */
export function summariseVersions(store: Pick<Store, 'sql'>, model: string): ModelVersionSummary[] {
  const aliases = aliasesOf(store, model);
  const rows = store.sql.all<{
    version: number;
    run_id: string;
    created_at: number;
    summary: string | null;
    validated: number;
  }>(
    `SELECT version, run_id, created_at, summary, report IS NOT NULL AS validated
     FROM model_versions WHERE model = ? ORDER BY version DESC`,
    model,
  );
  const overridden = overriddenVersions(store, model);
  const names = runNames(
    store,
    rows.map((row) => row.run_id),
  );
  return rows.map((row) => {
    const own = aliases.get(row.version) ?? [];
    const isValidated = row.validated === 1;
    return {
      model,
      version: row.version,
      aliases: own,
      // A program may give these aliases through MLflow; they mean nothing before a validation.
      isChampion: isValidated && own.includes(champion),
      isChallenger: isValidated && own.includes(challenger),
      isValidated,
      problem: null,
      runId: row.run_id,
      createdAt: row.created_at,
      runName: names.get(row.run_id) ?? row.run_id.slice(0, 8),
      ...readVersionSummary(row.summary),
      ...(overridden.has(row.version) && { override: overridden.get(row.version) }),
    };
  });
}
