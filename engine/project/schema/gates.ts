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
          'Confidence level, such as 0.95. The interval is compared instead of the value: the gate passes when all of it meets the bound, fails when none does, and is undecidable between. Without it, a gate of a validation needs at least 10 rows behind the value.',
      }),
    ),
    undecidable: Type.Optional(
      Type.Enum(['refuse', 'allow'], {
        default: 'refuse',
        description:
          'What becomes of a version whose interval lies on both sides of the bound: `refuse` does not promote it, `allow` does. Needs `at_confidence`.',
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
