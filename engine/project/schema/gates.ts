import { Type, type Static } from 'typebox';
import { closed } from './fields.ts';

const Gate = Type.Object(
  {
    min: Type.Optional(Type.Number({ description: 'The metric must be at least this.' })),
    max: Type.Optional(Type.Number({ description: 'The metric must be at most this.' })),
    at_confidence: Type.Optional(
      Type.Number({
        minimum: 0.5,
        maximum: 0.999,
        description: 'Compare the end of the confidence interval instead of the value, such as 0.95.',
      }),
    ),
  },
  { ...closed, minProperties: 1, description: 'A bound that a metric must meet: min, max or both.' },
);

export const Gates = Type.Record(Type.String(), Gate, {
  description:
    'Bounds by metric: `pr_auc`, `equal_opportunity_difference[age_group]`, `pr_auc@champion` (difference to the champion on the same rows).',
});

export type GateConfig = Static<typeof Gate>;
