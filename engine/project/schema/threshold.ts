import { Type } from 'typebox';
import type { Costs } from '../../evaluation/metricParameters.ts';
import { defaultRule, type ThresholdRule } from '../../evaluation/thresholdRule.ts';
import { closed } from './fields.ts';

const cost = (of: string) => Type.Number({ minimum: 0, description: `Cost of one ${of}, in any unit.` });

const description =
  'The rule by which the decision threshold of a binary score is chosen, on the validation rows. `best_f1` (the default): the largest F1. A number: that threshold. `{ precision: 0.9 }`: the largest recall at that precision. `{ recall: 0.9 }`: the largest precision at that recall. `{ f_beta: 2 }`: the largest F-beta. `{ cost: { false_positive: 1, false_negative: 20 } }`: the smallest total cost. `lowest_cost`: the same, by `costs`. Without validation rows, or with one class among them, 0.5 decides (0 for a decision function).';

export const Threshold = Type.Union(
  [
    Type.Literal('best_f1', { description: 'The threshold with the largest F1 on the validation rows.' }),
    Type.Literal('lowest_cost', { description: 'The threshold with the smallest total cost by `costs`.' }),
    Type.Number({ description: 'The threshold itself: scores at or above it are positive.' }),
    Type.Object(
      {
        precision: Type.Number({
          exclusiveMinimum: 0,
          maximum: 1,
          description: 'The threshold with the largest recall whose precision is at least this.',
        }),
      },
      { ...closed, description: 'A precision to reach.' },
    ),
    Type.Object(
      {
        recall: Type.Number({
          exclusiveMinimum: 0,
          maximum: 1,
          description: 'The threshold with the largest precision whose recall is at least this.',
        }),
      },
      { ...closed, description: 'A recall to reach.' },
    ),
    Type.Object(
      {
        f_beta: Type.Number({
          exclusiveMinimum: 0,
          description: 'The threshold with the largest F-beta, which weighs recall so many times as much as precision.',
        }),
      },
      { ...closed, description: 'The F-measure to be largest.' },
    ),
    Type.Object(
      {
        cost: Type.Object(
          { false_positive: cost('false positive'), false_negative: cost('false negative') },
          { ...closed, description: 'The threshold with the smallest total cost of wrong decisions.' },
        ),
      },
      { ...closed, description: 'Costs of wrong decisions.' },
    ),
  ],
  { description },
);

/** The keys of a validation that set the threshold. */
export interface ThresholdKeys {
  threshold?:
    | 'best_f1'
    | 'lowest_cost'
    | number
    | { precision: number }
    | { recall: number }
    | { f_beta: number }
    | { cost: { false_positive: number; false_negative: number } }
    | undefined;
  min_precision?: number | undefined;
}

/**
 * The rule that a validation declares. A `min_precision` without `threshold` asks for that precision; `lowest_cost`
 * reads the costs, by true and decided class, and is the default rule where there are none.
 */
export function thresholdRule(
  { threshold, min_precision: minimum }: ThresholdKeys,
  costs: Costs | undefined = undefined,
): ThresholdRule {
  if (threshold === undefined) return minimum === undefined ? defaultRule : { kind: 'precision', minimum };
  if (threshold === 'best_f1') return { kind: 'best_f1' };
  if (threshold === 'lowest_cost')
    return costs
      ? {
          kind: 'cost',
          falsePositive: costs[0]?.[1] ?? 0,
          falseNegative: costs[1]?.[0] ?? 0,
          truePositive: costs[1]?.[1] ?? 0,
          trueNegative: costs[0]?.[0] ?? 0,
        }
      : defaultRule;
  if (typeof threshold === 'number') return { kind: 'fixed', value: threshold };
  if ('precision' in threshold) return { kind: 'precision', minimum: threshold.precision };
  if ('recall' in threshold) return { kind: 'recall', minimum: threshold.recall };
  if ('f_beta' in threshold) return { kind: 'f_beta', beta: threshold.f_beta };
  const { false_positive: falsePositive, false_negative: falseNegative } = threshold.cost;
  return { kind: 'cost', falsePositive, falseNegative };
}
