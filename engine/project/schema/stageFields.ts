import { Type } from 'typebox';
import { files } from './fields.ts';

export const invalidModes = ['fail', 'quarantine', 'warn'] as const;
export const invalid = Type.Enum(invalidModes, {
  description:
    'Handling of rows that break the schema: fail the stage, quarantine the rows in a file beside the data, or warn and keep them. Default quarantine.',
});

export const common = {
  description: Type.Optional(Type.String({ description: 'Purpose of the stage.' })),
  deps: Type.Optional(
    Type.Array(files('A file, folder or glob.'), {
      description: 'Files that the stage reads. The stage is stale when one of them changes.',
    }),
  ),
};
