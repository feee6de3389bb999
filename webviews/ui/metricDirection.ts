import { isLowerBetter as isLowerByName } from '../../protocol/metricDirection.ts';
import { declaredDirection } from './primaryMetric.ts';

/** Whether less of a metric is better: as the project says it, else told by its name. */
export function isLowerBetter(name: string): boolean {
  const direction = declaredDirection(name);
  return direction === null ? isLowerByName(name) : direction === 'minimize';
}
