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
        description:
          'Confidence level, such as 0.95. The worse end of the interval is compared instead of the value. Without it, a gate of a validation needs at least 10 rows behind the value.',
      }),
    ),
  },
  { ...closed, minProperties: 1, description: 'Bound of a metric: min, max or both.' },
);

export const Gates = Type.Record(Type.String(), Gate, {
  description:
    'Bounds by metric: `pr_auc`, `equal_opportunity_difference[age_group]`, `pr_auc@champion` (difference to the champion on the same rows).',
});

export type GateConfig = Static<typeof Gate>;
