import type { MonitorSummary } from '../../protocol/lifeCycle.ts';
import { brokenBounds } from '../monitoring/bounds.ts';
import { listWindows } from '../monitoring/windows.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Store } from '../store/store.ts';

/** The monitors of a project with the verdict of their newest window with enough rows. */
export function monitorSummaries(config: ProjectConfig, store: Store | null): MonitorSummary[] {
  return Object.entries(config.monitors ?? {}).map(([name, monitor]) => ({
    name,
    ...newestVerdict(name, monitor, store),
  }));
}

function newestVerdict(name: string, monitor: MonitorConfig, store: Store | null): Omit<MonitorSummary, 'name'> {
  const window = store
    ? listWindows(store, name).findLast((candidate) => candidate.status !== 'too few rows')
    : undefined;
  if (!window) return { state: 'none', detail: 'no window yet' };
  const inputs = window.values.filter((value) => value.column !== '_score');
  const drifted = inputs.filter((value) => value.drifted).length;
  const broken = brokenBounds(monitor, window)[0];
  if (window.status === 'drift')
    return { state: 'attention', detail: `drift in ${drifted} of ${inputs.length} features` };
  if (broken) {
    const { metric, value, min, max } = broken;
    const bound = min !== null && value < min ? `< ${min}` : `> ${max}`;
    return { state: 'attention', detail: `${metric} ${Number(value.toFixed(3))} ${bound}` };
  }
  return {
    state: 'ok',
    detail:
      drifted === 0
        ? `no drift in ${inputs.length} features`
        : `no drift · ${drifted} of ${inputs.length} features moved`,
  };
}
