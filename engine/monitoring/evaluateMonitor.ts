import { monitoredModel } from '../project/models.ts';
import type { DriftWindow } from '../../protocol/drift.ts';
import { openDatabase, type Database } from '../data/database.ts';
import { ProjectError, checkCancelled } from '../base/errors.ts';
import { durationMs } from '../base/duration.ts';
import type { Project } from '../project/loadProject.ts';
import type { Feature } from '../models/feature.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { getVersion, type ModelVersion } from '../registry/modelVersions.ts';
import { featuresOf } from '../registry/openVersion.ts';
import { quantile } from '../statistics/quantile.ts';
import { firstPrediction, mainVersion } from '../serving/predictionLog.ts';
import type { Store } from '../store/store.ts';
import { comparatorsOf } from '../drift/comparators.ts';
import { compareWindow, type ComparedWindow } from './compareWindow.ts';
import { realisedPerformance } from './performance.ts';
import { openReference } from './reference.ts';
import { readLabels } from './windowLabels.ts';
import { readWindow, type WindowRows } from './windowRows.ts';
import { saveWindow, settledWindows } from './windows.ts';

export interface MonitorRequest {
  project: Project;
  config: ProjectConfig;
  store: Store;
  monitor: string;
  /** The clock: windows that ended by now are judged, labels that arrived by now are known. Epoch milliseconds. */
  now: number;
  signal?: AbortSignal | undefined;
  onWindow?: ((window: DriftWindow) => void) | undefined;
}

/**
 * Judges every window of a monitor that has ended and is not settled. Returns the judged windows. A window is settled
 * once its labels had time to arrive.
 */
export async function evaluateMonitor(request: MonitorRequest): Promise<DriftWindow[]> {
  const { config, store, monitor: name, now } = request;
  const monitor = config.monitors?.[name];
  if (!monitor)
    throw new ProjectError(
      `There is no monitor \`${name}\`. Declared: ${Object.keys(config.monitors ?? {}).join(', ') || 'none'}.`,
    );
  const every = durationMs(monitor.window.every);
  const delay = monitor.labels?.delay === undefined ? 0 : durationMs(monitor.labels.delay);
  const judged: DriftWindow[] = [];
  let db: Database | null = null;
  const database = async () => (db ??= await openDatabase());
  try {
    for (const start of openWindows(store, name, monitor.deployment, every, now, delay)) {
      checkCancelled(request.signal);
      const window = await judgeWindow(request, monitor, database, start, start + every);
      if (!window) continue;
      const key = { monitor: name, model: monitoredModel(config, name).name, role: 'stable' } as const;
      const saved = { id: saveWindow(store, key, window, now), ...window };
      judged.push(saved);
      request.onWindow?.(saved);
    }
  } finally {
    (db as Database | null)?.close();
  }
  return judged;
}

/** Starts of the windows to judge: from the first prediction on, ended by now, and not settled. */
function openWindows(
  store: Store,
  monitor: string,
  deployment: string,
  every: number,
  now: number,
  delay: number,
): number[] {
  const settled = settledWindows(store, monitor, delay);
  const starts: number[] = [];
  // The loop jumps from prediction to prediction: one row of long ago must not make it visit every empty window since.
  for (let next = firstPrediction(store, deployment, Number.MIN_SAFE_INTEGER); next !== null;) {
    const start = Math.floor(next / every) * every;
    if (start + every > now) break;
    if (!settled.has(start)) starts.push(start);
    next = firstPrediction(store, deployment, start + every);
  }
  return starts;
}

async function judgeWindow(
  request: MonitorRequest,
  monitor: MonitorConfig,
  database: () => Promise<Database>,
  start: number,
  end: number,
): Promise<Omit<DriftWindow, 'id'> | null> {
  const { config, store, project, now } = request;
  const span = { deployment: monitor.deployment, start, end };
  const used = mainVersion(store, span);
  if (used === null) return null;
  const version = getVersion(store, monitoredModel(config, request.monitor).name, used);
  const features = featuresOf(version.report);
  const rows = await readWindow(store, database, span, features);
  const enough = rows.features.rows >= (monitor.window.min_rows ?? 100);
  const { values, share: driftedShare } = enough
    ? await compare(request, monitor, await database(), version, features, rows)
    : { values: [], share: 0 };
  const share = monitor.drift?.share ?? 0.5;
  const performance: Record<string, number> = {};
  let labelled = 0;
  if (monitor.labels && rows.features.rows > 0) {
    const labels = await readLabels({
      project,
      config,
      store,
      db: await database(),
      labels: monitor.labels,
      target: version.report.target,
      from: start,
      now,
    });
    const realised = realisedPerformance(rows, labels, version);
    labelled = realised.labelled;
    for (const [metric, value] of Object.entries(realised.metrics)) if (value !== null) performance[metric] = value;
  }
  const latencies = rows.latencies.toSorted();
  const total = rows.features.rows + rows.errors;
  return {
    start,
    end,
    rows: rows.features.rows,
    modelVersions: [...rows.versions.keys()].toSorted((a, b) => a - b),
    referenceVersion: version.version,
    status: !enough ? 'too few rows' : driftedShare >= share && driftedShare > 0 ? 'drift' : 'ok',
    driftedShare,
    values,
    performance,
    labelled,
    latencyP95Ms: latencies.length === 0 ? null : quantile(latencies, 0.95),
    errorRate: total === 0 ? 0 : rows.errors / total,
  };
}

async function compare(
  { config, project, signal }: MonitorRequest,
  { drift }: MonitorConfig,
  db: Database,
  version: ModelVersion,
  features: readonly Feature[],
  rows: WindowRows,
): Promise<ComparedWindow> {
  const dataset = config.datasets?.[version.report.data.dataset];
  const schema = dataset?.schema ? project.schemas.get(dataset.schema)?.value : undefined;
  return compareWindow(db, await openReference(db, project.root, version), rows, {
    features,
    withScore: version.report.task !== 'multiclass',
    profile: drift?.profile ?? 'loopwright',
    measure: drift?.measure,
    threshold: drift?.threshold,
    comparators: comparatorsOf(schema ?? null, 'drift'),
    signal,
  });
}
