import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { runNames } from '../tracking/runNames.ts';
import type { Store } from '../store/store.ts';
import { aliasesOf, challenger, champion } from './aliases.ts';
import { readVersionSummary } from './versionSummary.ts';

/** All versions of a model for lists, newest first. */
export function summariseVersions(store: Pick<Store, 'sql'>, model: string): ModelVersionSummary[] {
  const aliases = aliasesOf(store, model);
  const rows = store.sql.all<{ version: number; run_id: string; created_at: number; summary: string | null }>(
    `SELECT version, run_id, created_at, summary FROM model_versions WHERE model = ? ORDER BY version DESC`,
    model,
  );
  const names = runNames(
    store,
    rows.map((row) => row.run_id),
  );
  return rows.map((row) => ({
    model,
    version: row.version,
    aliases: aliases.get(row.version) ?? [],
    isChampion: aliases.get(row.version)?.includes(champion) ?? false,
    isChallenger: aliases.get(row.version)?.includes(challenger) ?? false,
    runId: row.run_id,
    createdAt: row.created_at,
    runName: names.get(row.run_id) ?? row.run_id.slice(0, 8),
    ...readVersionSummary(row.summary),
  }));
}
