import type { ModelSelector } from '../../protocol/models.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { driftDetail, driftReport, type ConfiguredProject } from '../monitoring/driftReport.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { buildCard } from '../cards/buildCard.ts';
import type { Store } from '../store/store.ts';
import type { DataProfile, DataRelations } from '../../protocol/dataProfile.ts';
import type { DriftDetail, DriftReport } from '../../protocol/drift.ts';
import { profileHtml } from './profileHtml.ts';
import { loadSavedViews } from './savedViews.ts';

/** Features with their distribution in a saved page; a table of hundreds would make a file that no mail takes. */
const mostFeatures = 30;

export function saveCard(store: Store, config: ProjectConfig, selector: ModelSelector, path: string): void {
  writeAtomic(path, loadSavedViews().cardPage(buildCard(store, config, selector), Date.now()));
}

export async function saveDrift(
  store: Store,
  project: ConfiguredProject,
  monitor: string,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const report = driftReport(store, project.config, monitor);
  const window = telling(report);
  const details: { windowId: number; detail: DriftDetail }[] = [];
  for (const column of report.columns
    .filter((name) => window?.values.some((value) => value.column === name))
    .slice(0, mostFeatures)) {
    signal?.throwIfAborted();
    if (window)
      details.push({ windowId: window.id, detail: await driftDetail(store, project, monitor, window.id, column) });
  }
  writeAtomic(path, loadSavedViews().driftPage(report, details, Date.now()));
}

export function saveProfile(profile: DataProfile, relations: DataRelations | null, path: string): void {
  writeAtomic(path, profileHtml(profile, relations));
}

/** The window that the view opens on: the last in which something moved, else the last that was judged. */
function telling({ windows }: DriftReport): DriftReport['windows'][number] | undefined {
  return (
    windows.findLast(({ values }) => values.some(({ kind }) => kind === 'drifted' || kind === 'broken')) ??
    windows.findLast(({ values }) => values.length > 0)
  );
}
