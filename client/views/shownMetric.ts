import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import { metricText } from '../../words/metrics.ts';

export interface ShownMetric extends PrimaryMetric {
  value: number;
}

/**
 * The metric that stands for a run or a version: the primary one, or the first after it that there is; null when there
 * is none.
 */
export function shownMetric(
  metrics: Readonly<Record<string, number>>,
  primary: readonly PrimaryMetric[],
): ShownMetric | null {
  for (const one of primary) {
    const value = metrics[one.name];
    if (value !== undefined) return { ...one, value };
  }
  return null;
}

/** `pr_auc 0.912`; empty when there is none. */
export function shownMetricText(metrics: Readonly<Record<string, number>>, primary: readonly PrimaryMetric[]): string {
  const found = shownMetric(metrics, primary);
  return found ? `${found.name} ${metricText(found.name, found.value)}` : '';
}
