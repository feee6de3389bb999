import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';

let declared: readonly PrimaryMetric[] = [];

/** Sets the metrics that represent a run of this project, the primary one first; charts and tables order by them. */
export function declarePrimary(primary: readonly PrimaryMetric[]): void {
  declared = primary;
}

export function declaredDirection(name: string): PrimaryMetric['direction'] | null {
  return declared.find((one) => one.name === name)?.direction ?? null;
}

/**
 * The same items with the primary metric first, then its substitutes, then the others in their order, system metrics
 * last.
 */
export function primaryFirst<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  const rank = (one: T): number => {
    const name = nameOf(one);
    const at = declared.findIndex((metric) => metric.name === name);
    return at >= 0 ? at : declared.length + Number(name.startsWith('system/'));
  };
  return all.toSorted((a, b) => rank(a) - rank(b));
}
