import { Type } from 'typebox';
import { closed, files } from '../fields.ts';

export const FromCommand = Type.Object(
  {
    command: Type.String({ minLength: 1, description: 'Command line, run by the shell in the project folder.' }),
    output: Type.Optional(
      files('File or glob that the command writes. Without it, the data is the standard output of the command.'),
    ),
    format: Type.Optional(
      Type.Enum(['csv', 'jsonl'], { description: 'Format of the standard output: csv or jsonl. Default csv.' }),
    ),
  },
  closed,
);
