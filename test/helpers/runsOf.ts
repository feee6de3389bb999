import type { RunSummary } from '../../protocol/runs.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { openStore } from '../../engine/tracking/openStore.ts';

/** The runs of a project, newest first, without starting a command. */
export function runsOf(root: string): RunSummary[] {
  const store = openStore(root);
  try {
    return listRuns(store, {}).runs;
  } finally {
    store.sql.close();
  }
}

/** The finite metrics of a run, without those of the system. */
export function ownMetrics(run: RunSummary | undefined): Record<string, number> {
  return Object.fromEntries(Object.entries(run?.metrics ?? {}).filter(([key]) => !key.startsWith('system/')));
}
