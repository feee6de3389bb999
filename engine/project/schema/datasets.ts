import { Type } from 'typebox';
import { closed, files, path } from './fields.ts';
import { ReadSettings } from './readSettings.ts';

export const Dataset = Type.Object(
  {
    path: files('File, folder or glob of the data: CSV, TSV, JSON Lines or Parquet, relative to the project.'),
    schema: Type.Optional(path('The dataset schema, a `*.dataset.yaml`.')),
    read: Type.Optional(ReadSettings),
    description: Type.Optional(Type.String({ description: 'Description of the dataset.' })),
    snapshots: Type.Optional(
      Type.Object(
        {
          keep: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 10000,
              description:
                'Number of versions whose data is kept, so that they can be compared and restored. Older versions only keep their record. The data of a model version is always kept. Default 10.',
            }),
          ),
        },
        { ...closed, description: 'Retention of data versions.' },
      ),
    ),
  },
  { ...closed, description: 'A named table.' },
);
