import { monitoredModel, shadowOf } from '../project/models.ts';
import type { DriftWindow } from '../../protocol/drift.ts';
import { openDatabase, type Database } from '../data/database.ts';
import { ProjectError, checkCancelled } from '../base/errors.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Store } from '../store/store.ts';
import { judgingSettings } from './judgingSettings.ts';
import { judgeWindow } from './judgeWindow.ts';
import { predictionSource } from './predictionSource.ts';
import { rowsOfWindow, saveWindow } from './windows.ts';

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
 * once its labels had time to arrive; a change of the settings opens it again while its rows are there.
 */
export async function evaluateMonitor(request: MonitorRequest): Promise<DriftWindow[]> {
  const { config, store, monitor: name, now, shadow = false } = request;
  const monitor = config.monitors?.[name];
  if (!monitor)
    throw new ProjectError(
      `There is no monitor \`${name}\`. Declared: ${Object.keys(config.monitors ?? {}).join(', ') || 'none'}.`,
    );
  const settings = judgingSettings(monitor);
  const { every } = settings.window;
  const role = shadow ? 'shadow' : 'stable';
  const model = shadow ? shadowOf(config, monitor.deployment ?? '') : monitoredModel(config, name);
  const key = { monitor: name, model: model.name, role } as const;
  const judged: DriftWindow[] = [];
  let db: Database | null = null;
  const database = async () => (db ??= await openDatabase());
  try {
    const source = predictionSource({ ...request, declared: monitor, database });
    for (const start of await source.openWindows(every)) {
      checkCancelled(request.signal);
      const span = { start, end: start + every };
      const window = await judgeWindow({ ...request, monitor, source, database }, span);
      // The log of a deployment loses its oldest rows: a window of the rest would replace the verdict on all of them.
      const isCut = monitor.deployment !== undefined && (window?.rows ?? 0) < rowsOfWindow(store, key, span);
      if (!window || isCut) continue;
      const saved = { id: saveWindow(store, key, window, settings, now), ...window, changed: [] };
      judged.push(saved);
      request.onWindow?.(saved);
    }
  } finally {
    (db as Database | null)?.close();
  }
  return judged;
}
