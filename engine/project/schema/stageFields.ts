import { Type } from 'typebox';
import { path } from './fields.ts';

export const invalidModes = ['fail', 'quarantine', 'warn'] as const;
export const invalid = Type.Enum(invalidModes, {
  description:
    'What happens to rows that break the schema: fail the stage, quarantine them beside the data, or warn and keep them. Default quarantine.',
});

export const common = {
  description: Type.Optional(Type.String({ description: 'What the stage is for.' })),
  deps: Type.Optional(
    Type.Array(path('A file, folder or glob.'), {
      description: 'Files the stage reads; it is stale when one changes.',
    }),
  ),
};
