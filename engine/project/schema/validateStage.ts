import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';
import { Gates } from './gates.ts';
import { common } from './stageFields.ts';

export const ValidateStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('validate', { description: 'Evaluates a model on unseen rows.' }),
    with: Type.Object(
      {
        model: reference('model-or-stage', 'The model to evaluate: its name under `models`, or its train stage.'),
        data: reference('dataset', 'The dataset with the test rows.'),
        slices: Type.Optional(
          Type.Array(Type.String({ format: 'column' }), {
            description: 'Columns for whose values the metrics are computed as well.',
          }),
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
              'Precision at which `recall_at_precision` is computed and the decision threshold is set. Default 0.9.',
          }),
        ),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
    gates: Type.Optional(Gates),
  },
  { ...closed, description: 'Computes metrics with intervals, slices and fairness, and compares them with the gates.' },
);

export type ValidateStage = Static<typeof ValidateStage>;
