import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';
import { common } from './stageFields.ts';

const Preprocessing = Type.Object(
  {
    impute: Type.Optional(
      Type.Union([Type.Enum(['median', 'mean', 'most_frequent']), Type.Number()], {
        description:
          'What stands for a missing number: median, mean or most_frequent of the training rows, or a number. Default median.',
      }),
    ),
    transform: Type.Optional(
      Type.Enum(['auto', 'log', 'none'], {
        description: 'log: log(1 + x) first. auto: log where nothing is negative and the tail is heavy. Default auto.',
      }),
    ),
    scale: Type.Optional(
      Type.Enum(['standard', 'minmax', 'robust', 'none'], {
        description:
          'standard: mean 0, standard deviation 1. minmax: 0 to 1. robust: by median and quartiles. none: as it is. Default standard.',
      }),
    ),
    encode: Type.Optional(
      Type.Enum(['one_hot', 'ordinal', 'frequency', 'target'], {
        description:
          'Of a text. one_hot: an input for each of the 50 most frequent values. ordinal: its place in the categories of the schema, or in the alphabet. frequency: its share of the training rows. target: the mean of the target with it, drawn to the overall mean where rows are few. Default one_hot.',
      }),
    ),
  },
  {
    ...closed,
    description:
      'How a column becomes input of the model. Everything is fitted on the training rows alone and saved with the model.',
  },
);

export const TrainStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('train', { description: 'Train a model with TensorFlow.js.' }),
    with: Type.Object(
      {
        data: reference(
          'dataset',
          'The dataset to train on; its schema says which fields are features and which is the target.',
        ),
        model: Type.Enum(['mlp', 'logistic', 'linear'], {
          description: 'mlp: a multi-layer perceptron. logistic: logistic regression. linear: linear regression.',
        }),
        target: Type.Optional(
          Type.String({ format: 'column', description: 'Target column; default the field with role target.' }),
        ),
        features: Type.Optional(
          Type.Array(Type.String({ format: 'column' }), {
            minItems: 1,
            description: 'Feature columns; default the fields with role feature.',
          }),
        ),
        preprocess: Type.Optional(
          Type.Record(Type.String({ format: 'column' }), Preprocessing, {
            description: 'Imputation, scaling and encoding by feature, where the defaults will not do.',
          }),
        ),
        hidden: Type.Optional(
          Type.Array(Type.Integer({ minimum: 1, maximum: 8192 }), {
            description: 'Units of each hidden layer of an mlp. Default [64, 32].',
          }),
        ),
        learning_rate: Type.Optional(
          Type.Number({ exclusiveMinimum: 0, maximum: 10, description: 'Step size of Adam. Default 0.001.' }),
        ),
        epochs: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 100000, description: 'Most passes over the training rows. Default 20.' }),
        ),
        batch_size: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 1000000, description: 'Rows per step. Default 256.' }),
        ),
        dropout: Type.Optional(
          Type.Number({
            minimum: 0,
            exclusiveMaximum: 1,
            description: 'Share of units dropped while training. Default 0.',
          }),
        ),
        l2: Type.Optional(Type.Number({ minimum: 0, description: 'Weight of the L2 penalty. Default 0.' })),
        class_weight: Type.Optional(
          Type.Enum(['balanced', 'none'], {
            description: 'balanced: each class weighs the same in sum. Default none.',
          }),
        ),
        patience: Type.Optional(
          Type.Integer({
            minimum: 0,
            description:
              'Stop after this many epochs without a better validation loss. 0 never stops early. Default 3.',
          }),
        ),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  { ...closed, description: 'Trains a model and saves it with its preprocessing.' },
);

export type TrainStage = Static<typeof TrainStage>;
