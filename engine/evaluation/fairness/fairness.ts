import type { FairnessRow } from '../../../protocol/modelCard.ts';
import type { Groups } from '../groups.ts';
import type { Predictions } from '../predictions.ts';
import { fairnessMeasures } from './fairnessMeasures.ts';
import { groupRates } from './groupRates.ts';

/** The fairness measures of one protected attribute, with the rates of each group and the reasons to doubt them. */
export function fairnessRows(
  attribute: string,
  groups: Groups,
  truth: Float64Array,
  predictions: Predictions,
  threshold: number,
): FairnessRow[] {
  const decisions = predictions.values.map((score) => (score >= threshold ? 1 : 0));
  const rates = groupRates(truth, decisions, groups);
  if (rates.length === 0) return [];
  const warnings = rates.flatMap((rate) =>
    rate.positives === 0
      ? [`${rate.group} has no positives, so its true positive rate counts as 0`]
      : rate.n < 100
        ? [`${rate.group} has only ${rate.n} rows`]
        : [],
  );
  return fairnessMeasures.map((measure) => ({
    attribute,
    measure: measure.name,
    value: measure.compute(rates),
    groups: rates.map((rate) => ({ group: rate.group, n: rate.n, value: rate[measure.rates.at(-1) ?? 'tpr'] })),
    warnings,
  }));
}
