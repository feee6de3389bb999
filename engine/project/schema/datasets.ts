import { Type } from 'typebox';
import { closed, path } from './fields.ts';

export const Dataset = Type.Object(
  {
    path: path('File or glob of the data: CSV, TSV, JSON Lines or Parquet, relative to the project.'),
    schema: Type.Optional(path('The dataset schema, a `*.dataset.yaml`.')),
    description: Type.Optional(Type.String({ description: 'What the dataset holds.' })),
    snapshots: Type.Optional(
      Type.Object(
        {
          keep: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 10000,
              description:
                'How many versions keep their data, so that they can be compared and restored; older ones keep their record. What a model version was made from is always kept. Default 10.',
            }),
          ),
        },
        { ...closed, description: 'How versions of the data are kept.' },
      ),
    ),
  },
  { ...closed, description: 'A named table.' },
);
