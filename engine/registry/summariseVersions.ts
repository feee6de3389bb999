import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { runNames } from '../tracking/runNames.ts';
import type { Store } from '../store/store.ts';
import { aliasesOf, champion } from './aliases.ts';

/** The figures of a version, stored beside its report so that a list of hundreds stays fast. */
export type VersionSummary = Pick<ModelVersionSummary, 'metrics' | 'gatesPassed' | 'gatesTotal'>;

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
    runId: row.run_id,
    createdAt: row.created_at,
    runName: names.get(row.run_id) ?? row.run_id.slice(0, 8),
    ...(row.summary === null
      ? { metrics: {}, gatesPassed: 0, gatesTotal: 0 }
      : (JSON.parse(row.summary) as VersionSummary)),
  }));
}
