import { Type, type Static } from 'typebox';
import { closed, path, reference } from './fields.ts';
import { common, invalid } from './stageFields.ts';

const Split = Type.Object(
  {
    by: Type.Enum(['time', 'random', 'stratified', 'grouped'], {
      description:
        'time: the oldest rows train, the newest test. random: by a hash of the key, so that a row never changes side. stratified: the same within each value of the column, with the shares told for each. grouped: by a hash of the column, so that all rows of a group stay on one side.',
    }),
    column: Type.Optional(
      Type.String({
        format: 'column',
        description:
          'With time: the timestamp. With random: the key, default the primary key. With stratified: the values to balance, default the target. With grouped: the group, such as a customer.',
      }),
    ),
    exact: Type.Optional(
      Type.Boolean({
        description:
          'With stratified: the shares hold exactly in each value, and rows near the border may change side when others come. Default false: rows never change side.',
      }),
    ),
    train: Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Share of rows to train on.' }),
    validation: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Share of rows for early stopping and the threshold.' }),
    ),
    test: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of rows kept for validation of the model.',
    }),
  },
  { ...closed, description: 'How rows are divided into train, validation and test; the shares add up to 1.' },
);

export const PrepareStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('prepare', { description: 'Make a dataset from others with SQL.' }),
    with: Type.Object(
      {
        sql: path('A file with one SELECT in DuckDB SQL; each dataset is a table of its name.'),
        output: reference('dataset', 'The dataset that is written.'),
        params: Type.Optional(
          Type.Record(
            Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
            Type.Union([Type.Number(), Type.String(), Type.Boolean()], { description: 'The value.' }),
            { description: 'Values for `$name` in the SQL; they are bound, never pasted into it.' },
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
