import { Type, type Static } from 'typebox';
import { closed, path, reference } from './fields.ts';
import { modelAlias } from './models.ts';

/** Orders in which rows are presented for labelling. */
export const labelOrders = ['uncertain', 'unlabelled', 'random'] as const;

export const LabelTask = Type.Object(
  {
    data: reference('dataset', 'The dataset whose rows are labelled.'),
    key: Type.Optional(
      Type.String({
        format: 'column',
        description: 'Column that identifies a row. Default: the primaryKey of the schema, if it is a single column.',
      }),
    ),
    label: Type.String({ minLength: 1, description: 'Name of the label in the label file.' }),
    classes: Type.Optional(
      Type.Array(Type.Union([Type.String({ minLength: 1 }), Type.Number(), Type.Boolean()]), {
        minItems: 2,
        uniqueItems: true,
        description:
          'Values to choose from. The first nine have the keys 1 to 9. Default: the categories of the field with this name; true and false for a boolean field.',
      }),
    ),
    file: path(
      'The label file, a CSV file. Each decision is appended as one line, and existing lines are never changed.',
    ),
    show: Type.Optional(
      Type.Array(Type.String({ format: 'column' }), {
        minItems: 1,
        description:
          'Columns on the card, in this order. Default: all except the key, the label, and fields with role prediction or score, which would reveal the answer.',
      }),
    ),
    order: Type.Optional(
      Type.Enum(labelOrders, {
        description:
          'uncertain: the rows with the least certain predictions first. unlabelled: in the order of the data. random: by a hash of the key, the same for all users. Each order starts with the rows that the fewest people have labelled. Default: uncertain with a model, otherwise unlabelled.',
      }),
    ),
    model: Type.Optional(modelAlias('Alias of the model version whose predictions order the rows:')),
    rules: Type.Optional(
      path(
        'A file with one SELECT in DuckDB SQL that returns `key`, `label` and `rule`: weak labels, used only for rows without a label by hand. Each dataset is a table with its name.',
      ),
    ),
    labellers: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 20,
        description: 'Number of people who label each row. Default 1.',
      }),
    ),
  },
  { ...closed, description: 'Rows of a dataset that people label, in the editor or with `loopwright data label`.' },
);

export type LabelTaskConfig = Static<typeof LabelTask>;
