import { Type, type Static } from 'typebox';
import { closed, path, reference } from './fields.ts';
import { modelAlias } from './models.ts';

/** In which order rows come up to be labelled. */
export const labelOrders = ['uncertain', 'unlabelled', 'random'] as const;

export const LabelTask = Type.Object(
  {
    data: reference('dataset', 'The dataset whose rows are labelled.'),
    key: Type.Optional(
      Type.String({
        format: 'column',
        description: 'Column that names a row. Default: the primaryKey of the schema, when that is one column.',
      }),
    ),
    label: Type.String({ minLength: 1, description: 'Name of the label, as it is called in the label file.' }),
    classes: Type.Optional(
      Type.Array(Type.Union([Type.String({ minLength: 1 }), Type.Number(), Type.Boolean()]), {
        minItems: 2,
        uniqueItems: true,
        description:
          'The values to choose from; the first nine have the keys 1 to 9. Default: true and false of a boolean field of that name, else its categories.',
      }),
    ),
    file: path(
      'The label file, a CSV to which every decision is appended as one line; nothing in it is ever rewritten.',
    ),
    show: Type.Optional(
      Type.Array(Type.String({ format: 'column' }), {
        minItems: 1,
        description:
          'Columns on the card, in this order. Default: all but the key, the label, and fields with role prediction or score, which would give the answer away.',
      }),
    ),
    order: Type.Optional(
      Type.Enum(labelOrders, {
        description:
          'uncertain: what the model is least sure of first. unlabelled: as the data stands. random: by a hash of the key, the same for everybody. Each begins with the rows that fewest people have labelled. Default uncertain with a model, else unlabelled.',
      }),
    ),
    model: Type.Optional(modelAlias('Alias of the model version that says how sure it is of a row:')),
    rules: Type.Optional(
      path(
        'A file with one SELECT in DuckDB SQL that gives `key`, `label` and `rule`: weak labels, which count only where nobody labelled by hand. Each dataset is a table of its name.',
      ),
    ),
    labellers: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 20,
        description: 'How many different people should label each row. Default 1.',
      }),
    ),
  },
  { ...closed, description: 'Rows of a dataset that people label, in the editor or with `loopwright data label`.' },
);

export type LabelTaskConfig = Static<typeof LabelTask>;
