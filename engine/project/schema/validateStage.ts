import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';
import { Gates } from './gates.ts';
import { common } from './stageFields.ts';

export const ValidateStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('validate', { description: 'Test a model on rows it has not seen.' }),
    with: Type.Object(
      {
        model: reference('model-or-stage', 'The model that is tested: its name under `models`, or its train stage.'),
        data: reference('dataset', 'The dataset whose test rows are used.'),
        slices: Type.Optional(
          Type.Array(Type.String({ format: 'column' }), { description: 'Columns by which the metrics are repeated.' }),
        ),
        fairness: Type.Optional(
          Type.Object(
            {
              attributes: Type.Array(Type.String({ format: 'column' }), {
                minItems: 1,
                description: 'Protected attributes.',
              }),
            },
            { ...closed, description: 'Fairness measures by protected attribute.' },
          ),
        ),
        min_precision: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            maximum: 1,
            description:
              'Precision at which `recall_at_precision` is read and the decision threshold is set. Default 0.9.',
          }),
        ),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
    gates: Type.Optional(Gates),
  },
  { ...closed, description: 'Computes metrics with intervals, slices and fairness, and holds them against the gates.' },
);

export type ValidateStage = Static<typeof ValidateStage>;
