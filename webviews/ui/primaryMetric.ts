import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';

let declared: readonly PrimaryMetric[] = [];

/**
 * Takes over the metrics that stand for a run of this project, the primary one first; every chart and table orders by
 * them.
 */
export function declarePrimary(primary: readonly PrimaryMetric[]): void {
  declared = primary;
}

export function declaredDirection(name: string): PrimaryMetric['direction'] | null {
  return declared.find((one) => one.name === name)?.direction ?? null;
}

/**
 * The same things with the primary metric first, then those that stand in for it, the others as they were, and the
 * system's last.
 */
export function primaryFirst<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  const rank = (one: T): number => {
    const name = nameOf(one);
    const at = declared.findIndex((metric) => metric.name === name);
    return at >= 0 ? at : declared.length + Number(name.startsWith('system/'));
  };
  return all.toSorted((a, b) => rank(a) - rank(b));
}
