import { Type } from 'typebox';
import { defaultRule, type ThresholdRule } from '../../evaluation/threshold.ts';
import { closed } from './fields.ts';

const cost = (of: string) => Type.Number({ minimum: 0, description: `Cost of one ${of}, in any unit.` });

const description =
  'The rule by which the decision threshold of a binary score is chosen, on the validation rows. `best_f1` (the default): the largest F1. A number: that threshold. `{ precision: 0.9 }`: the largest recall at that precision. `{ cost: { false_positive: 1, false_negative: 20 } }`: the smallest total cost. Without validation rows, or with one class among them, 0.5 decides (0 for a decision function).';

export const Threshold = Type.Union(
  [
    Type.Literal('best_f1', { description: 'The threshold with the largest F1 on the validation rows.' }),
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
    | number
    | { precision: number }
    | { cost: { false_positive: number; false_negative: number } }
    | undefined;
  min_precision?: number | undefined;
}

/** The rule that a validation declares. A `min_precision` without `threshold` asks for that precision. */
export function thresholdRule({ threshold, min_precision: minimum }: ThresholdKeys): ThresholdRule {
  if (threshold === undefined) return minimum === undefined ? defaultRule : { kind: 'precision', minimum };
  if (threshold === 'best_f1') return { kind: 'best_f1' };
  if (typeof threshold === 'number') return { kind: 'fixed', value: threshold };
  if ('precision' in threshold) return { kind: 'precision', minimum: threshold.precision };
  const { false_positive: falsePositive, false_negative: falseNegative } = threshold.cost;
  return { kind: 'cost', falsePositive, falseNegative };
}
