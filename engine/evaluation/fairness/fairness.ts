import type { Groups } from '../groups.ts';
import { fewestRows } from '../fewestRows.ts';
import type { Interval } from '../intervals.ts';
import type { Decided } from '../predictions.ts';
import { fairnessMeasures } from './fairnessMeasures.ts';
import { fairnessInterval } from './fairnessInterval.ts';
import { groupRates, rowsBehind, type GroupRates, type Rate } from './groupRates.ts';
import type { FairnessMeasure } from './measure.ts';

/** One fairness measure of a protected attribute, with the rates of the groups that it compares. */
export interface FairnessResult {
  attribute: string;
  /** The name of the measure, such as `equal_opportunity_difference`. */
  measure: string;
  value: number;
  low: number | null;
  high: number | null;
  /** Confidence of the interval; null when none was computed. */
  confidence: number | null;
  rates: { rate: Rate; groups: { group: string; n: number; value: number; tooFew?: true }[] }[];
  /** Groups that are compared; fewer than two give no verdict. Missing in reports before version 4. */
  compared?: number | undefined;
  /** For people: the reasons to doubt the value. */
  warnings: string[];
}

/** The rates of the groups of one attribute. */
export interface FairnessRows {
  attribute: string;
  groups: GroupRates[];
}

export function fairnessRows(
  attribute: string,
  groups: Groups,
  truth: Float64Array,
  { values, threshold }: Decided,
): FairnessRows {
  const decisions = Uint8Array.from(values, (value) => (value >= threshold ? 1 : 0));
  return { attribute, groups: groupRates(truth, decisions, groups) };
}

/** The name of a measure of an attribute, as a gate writes it. */
export function fairnessName(measure: string, attribute: string): string {
  return `${measure}[${attribute}]`;
}

/** The interval of a measure as a gate names it; null where there is none. */
export function fairnessIntervalOf(
  { attribute, groups }: FairnessRows,
  gate: string,
  confidence: number,
): Interval | null {
  const measure = fairnessMeasures.find(({ name }) => fairnessName(name, attribute) === gate);
  return measure ? fairnessInterval(measure, comparedGroups(measure, groups).groups, confidence) : null;
}

/**
 * The measures of one attribute with their intervals; empty where no row has a group. A group with fewer than 10 rows
 * behind a rate is shown and not compared: chance alone would make the difference. With fewer than two larger groups
 * all are compared, as fairlearn does, and `compared` says that this gives no verdict.
 */
export function fairnessResults({ attribute, groups }: FairnessRows, confidence: number): FairnessResult[] {
  if (groups.length === 0) return [];
  return fairnessMeasures.map((measure) => {
    const { groups: compared, enough } = comparedGroups(measure, groups);
    const interval = fairnessInterval(measure, compared, confidence);
    return {
      attribute,
      measure: measure.name,
      value: measure.compute(compared),
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      confidence: interval ? confidence : null,
      compared: enough,
      rates: measure.rates.map((rate) => ({
        rate,
        groups: groups.map((group) => ({
          group: group.group,
          n: group.n,
          value: group[rate],
          ...(rowsBehind(group, rate) < fewestRows && { tooFew: true as const }),
        })),
      })),
      warnings: groups.flatMap((group) => warningsOf(measure, group)),
    };
  });
}

/** The groups that a measure compares, and how many of them have enough rows behind each rate. */
function comparedGroups({ rates }: FairnessMeasure, groups: GroupRates[]): { groups: GroupRates[]; enough: number } {
  const large = groups.filter((group) => rates.every((rate) => rowsBehind(group, rate) >= fewestRows));
  return { groups: large.length < 2 ? groups : large, enough: large.length };
}

const kinds = { selectionRate: 'rows', tpr: 'positives', fpr: 'negatives' };

function warningsOf({ rates }: FairnessMeasure, group: GroupRates): string[] {
  const few = rates.filter((rate) => rowsBehind(group, rate) < fewestRows);
  if (few.length > 0)
    return few.map((rate) => `${group.group} has too few ${kinds[rate]} to compare: ${rowsBehind(group, rate)}`);
  return group.n < 100 ? [`${group.group} has only ${group.n} rows`] : [];
}
