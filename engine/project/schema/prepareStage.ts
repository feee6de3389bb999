import { Type, type Static } from 'typebox';
import { closed, path, reference } from './fields.ts';
import { common, invalid } from './stageFields.ts';

const Split = Type.Object(
  {
    by: Type.Enum(['time', 'random', 'stratified', 'grouped'], {
      description:
        'time: the oldest rows train, the newest test; rows of one time stay in one part unless a part would be empty. random: by a hash of the key, so that a row always stays in its part. stratified: random within each value of the column; the shares are reported for each value. grouped: by a hash of the column, so that all rows of a group are in the same part.',
    }),
    column: Type.Optional(
      Type.String({
        format: 'column',
        description:
          'For time: the timestamp. For random: the key, default the primary key. For stratified: the column to balance, default the target. For grouped: the group, such as a customer.',
      }),
    ),
    exact: Type.Optional(
      Type.Boolean({
        description:
          'For stratified: the shares are exact in each value, and rows near a boundary can move to another part when rows are added. Default false: a row always stays in its part.',
      }),
    ),
    train: Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Share of rows for training.' }),
    validation: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Share of rows for early stopping and the threshold.' }),
    ),
    test: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of rows for the validation of the model.',
    }),
  },
  { ...closed, description: 'How rows are divided into train, validation and test. The shares must add up to 1.' },
);

export const PrepareStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('prepare', { description: 'Creates a dataset from others with SQL.' }),
    with: Type.Object(
      {
        sql: path(
          'A file with one SELECT in DuckDB SQL. Each dataset is a table with its name. It may read other files of the project, and those in `outside_folders`.',
        ),
        output: reference('dataset', 'The dataset to write.'),
        params: Type.Optional(
          Type.Record(
            Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
            Type.Union([Type.Number(), Type.String(), Type.Boolean()], { description: 'The value.' }),
            { description: 'Values for `$name` in the SQL, passed as bound parameters.' },
          ),
        ),
        invalid: Type.Optional(invalid),
        split: Type.Optional(Split),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  { ...closed, description: 'Runs SQL over datasets, checks every row against the schema of the output, and splits.' },
);

export type PrepareStage = Static<typeof PrepareStage>;
