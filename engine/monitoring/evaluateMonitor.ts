import { monitoredModel, shadowOf } from '../project/models.ts';
import type { DriftWindow } from '../../protocol/drift.ts';
import { openDatabase, type Database } from '../data/database.ts';
import { ProjectError, checkCancelled } from '../base/errors.ts';
import { durationMs } from '../base/duration.ts';
import type { Project } from '../project/loadProject.ts';
import type { Feature } from '../models/feature.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import { featuresOf } from '../registry/openVersion.ts';
import { quantile } from '../statistics/quantile.ts';
import type { Store } from '../store/store.ts';
import { comparatorsOf } from '../drift/comparators.ts';
import { declaredKinds } from '../drift/declaredKinds.ts';
import { compareWindow, type ComparedWindow } from './compareWindow.ts';
import { realisedPerformance } from './performance.ts';
import { predictionSource } from './predictionSource.ts';
import { openReference } from './reference.ts';
import { readLabels } from './windowLabels.ts';
import type { PredictionSource, Span } from './sourceRequest.ts';
import type { WindowRows } from './windowRows.ts';
import { saveWindow } from './windows.ts';

export interface MonitorRequest {
  project: Project;
  config: ProjectConfig;
  store: Store;
  monitor: string;
  /** The clock: windows that ended by now are judged, labels that arrived by now are known. Epoch milliseconds. */
  now: number;
  /** True to judge the predictions of the deployment's shadow. Default false. */
  shadow?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onWindow?: ((window: DriftWindow) => void) | undefined;
}

/**
 * Judges every window of a monitor that has ended and is not settled. Returns the judged windows. A window is settled
 * once its labels had time to arrive.
 */
export async function evaluateMonitor(request: MonitorRequest): Promise<DriftWindow[]> {
  const { config, store, monitor: name, now, shadow = false } = request;
  const monitor = config.monitors?.[name];
  if (!monitor)
    throw new ProjectError(
      `There is no monitor \`${name}\`. Declared: ${Object.keys(config.monitors ?? {}).join(', ') || 'none'}.`,
    );
  const every = durationMs(monitor.window.every);
  const judged: DriftWindow[] = [];
  let db: Database | null = null;
  const database = async () => (db ??= await openDatabase());
  try {
    const source = predictionSource({ ...request, declared: monitor, database });
    for (const start of await source.openWindows(every)) {
      checkCancelled(request.signal);
      const window = await judgeWindow(request, monitor, source, database, { start, end: start + every });
      if (!window) continue;
      const model = shadow ? shadowOf(config, monitor.deployment ?? '') : monitoredModel(config, name);
      const key = { monitor: name, model: model.name, role: shadow ? 'shadow' : 'stable' } as const;
      const saved = { id: saveWindow(store, key, window, now), ...window };
      judged.push(saved);
      request.onWindow?.(saved);
    }
  } finally {
    (db as Database | null)?.close();
  }
  return judged;
}

async function judgeWindow(
  request: MonitorRequest,
  monitor: MonitorConfig,
  source: PredictionSource,
  database: () => Promise<Database>,
  { start, end }: Span,
): Promise<Omit<DriftWindow, 'id'> | null> {
  const { config, store, project, now } = request;
  const version = source.versionOf({ start, end });
  if (version === null) return null;
  const features = featuresOf(version.report);
  const rows = await source.read({ start, end }, version);
  const enough = rows.features.rows >= (monitor.window.min_rows ?? 100);
  const { values, share: driftedShare } = enough
    ? await compare(request, monitor, await database(), version, features, rows)
    : { values: [], share: 0 };
  const share = monitor.drift?.share ?? 0.5;
  const performance: Record<string, number> = {};
  let labelled = 0;
  if ((monitor.labels || rows.truth) && rows.features.rows > 0) {
    const labels =
      monitor.labels &&
      (await readLabels({
        project,
        config,
        store,
        db: await database(),
        labels: monitor.labels,
        target: version.report.target,
        from: start,
        now,
      }));
    const realised = realisedPerformance(rows, labels ?? null, version);
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
    kinds: declaredKinds(schema ?? null),
    significance: drift?.significance,
    signal,
  });
}
