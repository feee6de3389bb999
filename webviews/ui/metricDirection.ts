import { isLowerBetter as isLowerByName } from '../../protocol/metricDirection.ts';
import { declaredDirection } from './primaryMetric.ts';

/** True when lower values of a metric are better, as the project declares or by its name. */
export function isLowerBetter(name: string): boolean {
  const direction = declaredDirection(name);
  return direction === null ? isLowerByName(name) : direction === 'minimize';
}
