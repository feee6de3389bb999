import type { FairnessRow } from '../../protocol/modelCard.ts';
import type { Table } from '../data/table.ts';
import { fairnessMeasures, ratesByGroup } from '../statistics/fairness.ts';
import type { Predictions } from '../models/predictions.ts';
import { columnOf, textValues } from '../models/features.ts';

const rateOf = {
  demographic_parity_difference: 'selectionRate',
  demographic_parity_ratio: 'selectionRate',
  equalized_odds_difference: 'fpr',
  equal_opportunity_difference: 'tpr',
} as const;

/**
 * fairlearn's measures for one protected attribute, with the rate of each group behind them and what makes them
 * doubtful.
 */
export function fairnessRows(
  attribute: string,
  table: Table,
  truth: Float64Array,
  predictions: Predictions,
  threshold: number,
): FairnessRow[] {
  const decisions = predictions.values.map((score) => (score >= threshold ? 1 : 0));
  const rates = ratesByGroup(truth, decisions, textValues(columnOf(table, attribute)));
  const measures = fairnessMeasures(rates);
  if (!measures) return [];
  const warnings = rates.flatMap((rate) =>
    rate.positives === 0
      ? [`${rate.group} has no positives, so its true positive rate counts as 0`]
      : rate.n < 100
        ? [`${rate.group} has only ${rate.n} rows`]
        : [],
  );
  return (Object.keys(rateOf) as (keyof typeof rateOf)[]).map((measure) => ({
    attribute,
    measure,
    value: measures[measure],
    groups: rates.map((rate) => ({ group: rate.group, n: rate.n, value: rate[rateOf[measure]] })),
    warnings,
  }));
}
