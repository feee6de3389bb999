import { isLowerBetter as isLowerByName } from '../../protocol/metricDirection.ts';
import type { PrimaryMetric } from '../../protocol/runs.ts';

let declared: ReadonlyMap<string, PrimaryMetric['direction']> = new Map();

/** Takes over which way metrics get better as the project says it, which goes before their names. */
export function declareDirections(primary: readonly PrimaryMetric[]): void {
  declared = new Map(primary.map(({ name, direction }) => [name, direction]));
}

/** Whether less of a metric is better: as the project says it, else told by its name. */
export function isLowerBetter(name: string): boolean {
  const direction = declared.get(name);
  return direction === undefined ? isLowerByName(name) : direction === 'minimize';
}
