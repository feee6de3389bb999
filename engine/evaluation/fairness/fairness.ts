import type { Groups } from '../groups.ts';
import { intervalOf, type Interval, type Resampled } from '../intervals.ts';
import type { Decided } from '../predictions.ts';
import { fairnessMeasures } from './fairnessMeasures.ts';
import { groupRates, type GroupRates } from './groupRates.ts';
import type { Rate } from './measure.ts';

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
  rates: { rate: Rate; groups: { group: string; n: number; value: number }[] }[];
  /** For people: the reasons to doubt the value. */
  warnings: string[];
}

/** The decisions of a binary model by the groups of one attribute. */
export interface FairnessRows {
  attribute: string;
  ratesOf: (weights?: ArrayLike<number>) => GroupRates[];
}

export function fairnessRows(
  attribute: string,
  groups: Groups,
  truth: Float64Array,
  { values, threshold }: Decided,
): FairnessRows {
  const decisions = Uint8Array.from(values, (value) => (value >= threshold ? 1 : 0));
  return { attribute, ratesOf: (weights) => groupRates(truth, decisions, groups, weights) };
}

/** The name of a measure of an attribute, as a gate writes it. */
export function fairnessName(measure: string, attribute: string): string {
  return `${measure}[${attribute}]`;
}

/**
 * The values of all measures, by the name that a gate uses; none where no row has a group. In a resample a group that
 * was not drawn does not count.
 */
export function fairnessValues(
  { attribute, ratesOf }: FairnessRows,
  weights?: ArrayLike<number>,
): Record<string, number> {
  const rates = ratesOf(weights);
  if (rates.length === 0) return {};
  return Object.fromEntries(
    fairnessMeasures.map(({ name, compute }) => [fairnessName(name, attribute), compute(rates)]),
  );
}

/** The measures of one attribute with their intervals; empty where no row has a group. */
export function fairnessResults(rows: FairnessRows, resampled: Resampled, confidence: number): FairnessResult[] {
  const groups = rows.ratesOf();
  if (groups.length === 0) return [];
  const warnings = groups.flatMap(warningsOf);
  return fairnessMeasures.map(({ name, compute, rates }) => {
    const interval: Interval | null = intervalOf(resampled, fairnessName(name, rows.attribute), confidence);
    return {
      attribute: rows.attribute,
      measure: name,
      value: compute(groups),
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      confidence: interval ? confidence : null,
      rates: rates.map((rate) => ({
        rate,
        groups: groups.map((group) => ({ group: group.group, n: group.n, value: group[rate] })),
      })),
      warnings,
    };
  });
}

function warningsOf({ group, n, positives }: GroupRates): string[] {
  if (positives === 0) return [`${group} has no positives, so its true positive rate counts as 0`];
  return n < 100 ? [`${group} has only ${n} rows`] : [];
}
