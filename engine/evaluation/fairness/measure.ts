import type { MetricDescription } from '../measures/measure.ts';
import type { GroupRates, Rate } from './groupRates.ts';

/** A measure of the disparity between the groups of a protected attribute, named `<name>[<attribute>]` in a gate. */
export interface FairnessMeasure extends MetricDescription {
  /** The rates that it compares. */
  rates: readonly Rate[];
  /** Whether rates are subtracted or divided. */
  compares: 'difference' | 'ratio';
  /** Takes at least one group. */
  compute: (groups: readonly GroupRates[]) => number;
}

/** The largest minus the smallest value of a rate. */
export function spread(groups: readonly GroupRates[], rate: Rate): number {
  const values = groups.map((group) => group[rate]);
  return Math.max(...values) - Math.min(...values);
}
