import { Type, type Static } from 'typebox';
import { closed } from './fields.ts';

/** The stages that a version is approved for. */
export const approvalStages = ['staging', 'production'] as const;
export type ApprovalStage = (typeof approvalStages)[number];

const Approvals = Type.Object(
  {
    required: Type.Integer({
      minimum: 1,
      maximum: 20,
      description:
        'Number of people who approve a version before it is promoted. The person who registered it or made its run may be one of them, but not the only one.',
    }),
    from: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'The people whose approval counts, by their account. Default: anyone.',
      }),
    ),
    stages: Type.Optional(
      Type.Array(Type.Enum([...approvalStages]), {
        minItems: 1,
        description: 'The stages that need these approvals before a promotion. Default: production.',
      }),
    ),
  },
  { ...closed, description: 'Approvals by people. Without it, a version that passed its gates needs none.' },
);

export const Registry = Type.Object(
  {
    approvals: Type.Optional(Approvals),
    overrides: Type.Optional(
      Type.Enum(['allow', 'forbid'], {
        description:
          'Whether a person may promote a version against a gate that failed or is undecidable, with a reason. Default: allow.',
      }),
    ),
  },
  { ...closed, description: 'Rules of the registry. They hold for every promotion, whoever asks for it.' },
);

export type RegistryConfig = Static<typeof Registry>;
