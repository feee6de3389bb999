import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';
import { common } from './stageFields.ts';

const Preprocessing = Type.Object(
  {
    impute: Type.Optional(
      Type.Union([Type.Enum(['median', 'mean', 'most_frequent']), Type.Number()], {
        description:
          'Replacement for a missing number: median, mean or most_frequent of the training rows, or a number. Default median.',
      }),
    ),
    transform: Type.Optional(
      Type.Enum(['auto', 'log', 'none'], {
        description:
          'log: log(1 + x) before scaling. auto: log if no value is negative and the distribution has a heavy tail. Default auto.',
      }),
    ),
    scale: Type.Optional(
      Type.Enum(['standard', 'minmax', 'robust', 'none'], {
        description:
          'standard: mean 0, standard deviation 1. minmax: 0 to 1. robust: by median and quartiles. none: unchanged. Default standard.',
      }),
    ),
    encode: Type.Optional(
      Type.Enum(['one_hot', 'ordinal', 'frequency', 'target'], {
        description:
          'Encoding of a text. one_hot: an input for each of the 50 most frequent values. ordinal: the index in the categories of the schema, or in alphabetical order. frequency: the share of training rows with the value. target: the mean target of the value, shrunk to the overall mean when it has few rows. Default one_hot.',
      }),
    ),
  },
  {
    ...closed,
    description:
      'How a column is converted to inputs of the model. Parameters are fitted on the training rows only and saved with the model.',
  },
);

export const TrainStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('train', {
      description: 'Trains a model: networks and regressions in the process, trees in the Python of the project.',
    }),
    with: Type.Object(
      {
        data: reference('dataset', 'The dataset to train on. Its schema defines the features and the target.'),
        model: Type.Enum(['mlp', 'logistic', 'linear', 'boosted_trees', 'random_forest'], {
          description:
            'mlp: a multi-layer perceptron. logistic: logistic regression. linear: linear regression. boosted_trees: gradient-boosted decision trees, and random_forest: a random forest, trained by scikit-learn, LightGBM or XGBoost in the Python of the project and saved as an MLflow model. The other models need no Python.',
        }),
        library: Type.Optional(
          Type.Enum(['auto', 'lightgbm', 'xgboost', 'scikit-learn'], {
            description:
              'Python package that trains boosted_trees. auto: the first that is installed of lightgbm, xgboost and scikit-learn. A random_forest is always of scikit-learn. Default auto.',
          }),
        ),
        target: Type.Optional(
          Type.String({ format: 'column', description: 'Target column. Default: the field with role target.' }),
        ),
        features: Type.Optional(
          Type.Array(Type.String({ format: 'column' }), {
            minItems: 1,
            description: 'Feature columns. Default: the fields with role feature.',
          }),
        ),
        preprocess: Type.Optional(
          Type.Record(Type.String({ format: 'column' }), Preprocessing, {
            description:
              'Imputation, scaling and encoding by feature, where they differ from the defaults. Trees take missing values as they are unless `impute` is set, and do not depend on the scale of a number.',
          }),
        ),
        hidden: Type.Optional(
          Type.Array(Type.Integer({ minimum: 1, maximum: 8192 }), {
            description: 'Units of each hidden layer of an mlp. Default [64, 32].',
          }),
        ),
        learning_rate: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            maximum: 10,
            description:
              'Step size of Adam, default 0.001. For boosted_trees the share of each tree in the sum, default 0.1.',
          }),
        ),
        epochs: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 100000,
            description: 'Maximum number of passes over the training rows. Default 20.',
          }),
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
        trees: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 100000,
            description:
              'Number of iterations of boosted_trees; default 1000 where validation rows stop it early, else 100. Number of trees of a random_forest; default 200.',
          }),
        ),
        depth: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 64, description: 'Maximum depth of a tree. Default unlimited.' }),
        ),
        leaves: Type.Optional(
          Type.Integer({
            minimum: 2,
            maximum: 131072,
            description:
              'Maximum number of leaves of a tree. Default 31 for boosted_trees, unlimited for a random_forest.',
          }),
        ),
        min_rows: Type.Optional(
          Type.Integer({
            minimum: 1,
            description:
              'Minimum number of training rows in a leaf; XGBoost: minimum sum of their second derivatives. Default for boosted_trees: 20, of XGBoost 1. Default for a random_forest: one row in 20,000, at least 1.',
          }),
        ),
        subsample: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            maximum: 1,
            description:
              'Share of the training rows that each tree learns from. Default 1; a random_forest draws as many rows as there are, with replacement. Not for boosted_trees of scikit-learn.',
          }),
        ),
        colsample: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            maximum: 1,
            description:
              'Share of the inputs that a tree may use; scikit-learn: that each split may use. Default 1; a random_forest of classes: the square root of their number.',
          }),
        ),
        l2: Type.Optional(
          Type.Number({
            minimum: 0,
            description: 'Weight of the L2 penalty. Default 0; for boosted_trees of XGBoost 1.',
          }),
        ),
        class_weight: Type.Optional(
          Type.Enum(['balanced', 'none'], {
            description:
              'balanced: each class has the same total weight. Scores of trees are then those of the weighted classes; scores of the other models are corrected back to probabilities. Default none.',
          }),
        ),
        patience: Type.Optional(
          Type.Integer({
            minimum: 0,
            description:
              'Stop after this many epochs without a better validation loss. 0 never stops early. Default 3; for boosted_trees 30 iterations.',
          }),
        ),
        backend: Type.Optional(
          Type.Enum(['tensorflow', 'wasm', 'cpu'], {
            description:
              'Backend of TensorFlow.js that trains. tensorflow: @tensorflow/tfjs-node, to be installed with `npm install -g @tensorflow/tfjs-node`. wasm: WebAssembly. cpu: plain JavaScript. Default: tensorflow for large steps if it is installed, else wasm.',
          }),
        ),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  { ...closed, description: 'Trains a model and saves it with its preprocessing.' },
);

export type TrainStage = Static<typeof TrainStage>;
