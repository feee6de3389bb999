import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';
import { Gates } from './gates.ts';
import { common } from './stageFields.ts';
import { Threshold } from './threshold.ts';

const options = {
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
  threshold: Type.Optional(Threshold),
  min_precision: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description:
        'Precision at which `recall_at_precision` is computed. Default 0.9. Written without `threshold`, it asks the decision threshold for this precision as well.',
    }),
  ),
};

const OfModel = Type.Object(
  {
    model: reference('model-or-stage', 'The model to evaluate: its name under `models`, or its train stage.'),
    data: reference('dataset', 'The dataset with the test rows.'),
    ...options,
  },
  { ...closed, description: 'A model and the rows that it is tested on.' },
);

const OfPredictions = Type.Object(
  {
    predictions: reference(
      'dataset',
      'A dataset that holds predictions and true values, made by any program. Its schema gives columns the roles `target`, and `prediction` or `score` or both. No model is needed.',
    ),
    ...options,
  },
  { ...closed, description: 'A table of predictions.' },
);

/**
 * The inputs of a validation. One of predictions is written without `model` and `data`; the loaded config has `data`
 * filled with the dataset of the predictions and `model` empty, since no stage and no model is read.
 */
export interface Validation extends Static<typeof OfModel> {
  predictions?: string;
}

export const ValidateStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('validate', { description: 'Evaluates a model, or a table of predictions, on unseen rows.' }),
    with: Type.Unsafe<Validation>(Type.Union([OfModel, OfPredictions], { description: 'Inputs of the stage.' })),
    gates: Type.Optional(Gates),
  },
  { ...closed, description: 'Computes metrics with intervals, slices and fairness, and compares them with the gates.' },
);

export type ValidateStage = Static<typeof ValidateStage>;
