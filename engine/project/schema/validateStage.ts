import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';
import { Gates } from './gates.ts';
import { common } from './stageFields.ts';
import { metricKeys } from './metricKeys.ts';
import { Robustness } from './robustness.ts';
import { Threshold } from './threshold.ts';

/** A column, or two whose values are crossed. */
const Grouping = Type.Union([
  Type.String({ format: 'column' }),
  Type.Array(Type.String({ format: 'column' }), {
    minItems: 2,
    maxItems: 2,
    description: 'Two columns: a group is a pair of their values.',
  }),
]);

const options = {
  task: Type.Optional(
    Type.Enum(['multilabel', 'ranking'], {
      description:
        'The task, where the roles of the schema do not say it. multilabel: any number of labels a row, as one target of lists or several targets. ranking: rows of queries, with a column of the role `query`, a relevance as target and a score. Default: by the roles.',
    }),
  ),
  slices: Type.Optional(
    Type.Array(Grouping, {
      description:
        'Columns for whose values the metrics are computed as well, and pairs of columns, such as `[country, [country, device]]`. Numbers are cut into bins. A gate names all slices of a column, `recall[country]`, of which the worst is judged, or one, `recall[country=DE]`.',
    }),
  ),
  find_slices: Type.Optional(
    Type.Union(
      [
        Type.Boolean(),
        Type.Object(
          {
            columns: Type.Optional(
              Type.Array(Type.String({ format: 'column' }), {
                minItems: 1,
                description:
                  'Columns that are crossed. Default: the features of the model, and the columns of `slices` and `fairness`.',
              }),
            ),
            depth: Type.Optional(
              Type.Integer({ minimum: 1, maximum: 3, description: 'Values that a slice crosses at most. Default 3.' }),
            ),
            min_rows: Type.Optional(
              Type.Integer({ minimum: 2, description: 'Rows of a slice. Default: 1 in 200, at least 50.' }),
            ),
          },
          { ...closed, description: 'How slices are searched.' },
        ),
      ],
      {
        description:
          'Searches the crossings of up to three values for those on whose rows the model loses most. Default true.',
      },
    ),
  ),
  fairness: Type.Optional(
    Type.Object(
      {
        attributes: Type.Array(Grouping, {
          minItems: 1,
          description: 'Protected attributes, and pairs of them, such as `[sex, race, [sex, race]]`.',
        }),
        population: Type.Optional(
          Type.Record(
            Type.String({ format: 'column' }),
            Type.Record(Type.String(), Type.Number({ minimum: 0, description: 'Share, or number, of people.' })),
            {
              description:
                'The people whom the model is for, by attribute and group: `{ sex: { F: 0.51, M: 0.49 } }`. The card compares them with the test rows.',
            },
          ),
        ),
      },
      { ...closed, description: 'Fairness measures by protected attribute.' },
    ),
  ),
  importance: Type.Optional(
    Type.Union(
      [
        Type.Boolean(),
        Type.Object(
          {
            rows: Type.Optional(
              Type.Integer({ minimum: 20, maximum: 100_000, description: 'Test rows that are drawn. Default 1,000.' }),
            ),
            repeats: Type.Optional(
              Type.Integer({ minimum: 1, maximum: 100, description: 'How often each column is shuffled. Default 5.' }),
            ),
          },
          { ...closed, description: 'How features are weighed.' },
        ),
      ],
      {
        description:
          'Measures how much the model loses when the values of one feature are shuffled (permutation importance), with intervals. The model scores the rows once for each feature and repeat. Default false.',
      },
    ),
  ),
  robustness: Type.Optional(Robustness),
  threshold: Type.Optional(Threshold),
  ...metricKeys,
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
