import { openDatabase, type Database } from '../data/database.ts';
import { join } from 'node:path';
import { loadModel } from '../models/savedModel.ts';
import { listWindows } from '../monitoring/evaluateMonitor.ts';
import { realisedPerformance } from '../monitoring/performance.ts';
import { readLabels } from '../monitoring/windowLabels.ts';
import { readWindow } from '../monitoring/windowRows.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { getVersion } from '../registry/modelVersions.ts';
import type { Store } from '../tracking/store.ts';

export interface MonthRow {
  /** `2026-05`. */
  month: string;
  rows: number;
  labelled: number;
  metrics: Record<string, number | null>;
  /** Inputs that drifted in at least one window that ended in the month. */
  drifted: string[];
  /** Versions that answered, in order. */
  versions: number[];
}

/** What a monitored deployment did in each calendar month (UTC), by the labels known at `now`. */
export async function monthlyReport(project: Project, config: ProjectConfig, store: Store, monitorName: string, now: number): Promise<MonthRow[]> {
  const monitor = config.monitors?.[monitorName];
  if (!monitor) return [];
  const windows = listWindows(store, monitorName);
  const [first, last] = [windows[0]?.start, windows.at(-1)?.end];
  if (first === undefined || last === undefined) return [];
  let db: Database | null = null;
  const database = async () => (db ??= await openDatabase());
  const months: MonthRow[] = [];
  try {
    for (let start = monthStart(first, 0); start < last; start = monthStart(start, 1)) {
      const end = monthStart(start, 1);
      const inside = windows.filter((window) => window.end > start && window.end <= end);
      const versions = [...new Set(windows.filter((window) => window.start < end && window.end > start).flatMap((window) => window.modelVersions))].toSorted((a, b) => a - b);
      const version = versions[0] === undefined ? null : getVersion(store, config.project, versions[0]);
      if (!version) continue;
      const { meta } = await loadModel(join(store.root, version.path));
      const rows = await readWindow(store, database, monitor.deployment, start, end, meta.features);
      if (rows.features.rows === 0) continue;
      const labels = monitor.labels ? await readLabels({ project, config, store, db: await database(), labels: monitor.labels, target: version.report.target, from: start, now }) : new Map<string, number>();
      const { labelled, metrics } = realisedPerformance(rows, labels, version, meta.positive);
      const drifted = new Set(inside.flatMap((window) => window.values.filter((value) => value.drifted && value.column !== '_score').map((value) => value.column)));
      months.push({ month: new Date(start).toISOString().slice(0, 7), rows: rows.features.rows, labelled, metrics, drifted: [...drifted], versions: [...rows.versions.keys()].toSorted((a, b) => a - b) });
    }
  } finally {
    (db as Database | null)?.close();
  }
  return months;
}

function monthStart(at: number, plus: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + plus, 1);
}
