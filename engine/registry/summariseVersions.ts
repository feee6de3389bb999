import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import type { Store } from '../store/store.ts';
import { aliasesOf, champion } from './aliases.ts';

/** The figures of a version, stored beside its report so that a list of hundreds stays fast. */
export type VersionSummary = Pick<ModelVersionSummary, 'metrics' | 'gatesPassed' | 'gatesTotal'>;

/** All versions of a model for lists, newest first. */
export function summariseVersions(store: Pick<Store, 'sql'>, model: string): ModelVersionSummary[] {
  const aliases = aliasesOf(store, model);
  return store.sql
    .all<{ version: number; run_id: string; created_at: number; summary: string | null; name: string | null }>(
      `SELECT v.version, v.run_id, v.created_at, v.summary, r.name
       FROM model_versions v LEFT JOIN runs r ON r.run_id = v.run_id
       WHERE v.model = ? ORDER BY v.version DESC`,
      model,
    )
    .map((row) => ({
      model,
      version: row.version,
      aliases: aliases.get(row.version) ?? [],
      isChampion: aliases.get(row.version)?.includes(champion) ?? false,
      runId: row.run_id,
      createdAt: row.created_at,
      runName: row.name ?? row.run_id.slice(0, 8),
      ...(row.summary === null
        ? { metrics: {}, gatesPassed: 0, gatesTotal: 0 }
        : (JSON.parse(row.summary) as VersionSummary)),
    }));
}
