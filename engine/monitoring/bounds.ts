import type { DriftWindow } from '../../protocol/drift.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';

export interface BrokenBound {
  metric: string;
  value: number;
  min: number | null;
  max: number | null;
}

/** The value of an expected metric in a window; null while it is unknown. */
export function windowValue(window: DriftWindow, metric: string): number | null {
  if (metric === 'latency_p95_ms') return window.latencyP95Ms;
  if (metric === 'error_rate') return window.errorRate;
  const column = /^missing\[(.+)\]$/.exec(metric)?.[1];
  if (column !== undefined) return window.values.find((value) => value.column === column)?.missingCurrent ?? null;
  return window.performance[metric] ?? null;
}

/** The expectations of a monitor that a window breaks. A window with too few rows breaks none. */
export function brokenBounds(monitor: MonitorConfig, window: DriftWindow): BrokenBound[] {
  if (window.status === 'too few rows') return [];
  return Object.entries(monitor.expect ?? {}).flatMap(([metric, { min = null, max = null }]) => {
    const value = windowValue(window, metric);
    return value !== null && ((min !== null && value < min) || (max !== null && value > max))
      ? [{ metric, value, min, max }]
      : [];
  });
}
