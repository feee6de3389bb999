import { Type, type Static } from 'typebox';
import { closed, duration, path } from './fields.ts';
import { Gates } from './gates.ts';
import { common } from './stageFields.ts';

export const CmdStage = Type.Object(
  {
    ...common,
    cmd: Type.String({
      minLength: 1,
      description: 'Command line, run by the shell in the project folder. Several lines run in turn until one fails.',
    }),
    outs: Type.Optional(
      Type.Array(path('A file or folder.'), { description: 'Files and folders the command writes.' }),
    ),
    params: Type.Optional(
      Type.Array(Type.String({ format: 'param' }), {
        description: 'Params that the command reads, in addition to those in `cmd`.',
      }),
    ),
    metrics: Type.Optional(
      Type.Array(path('A JSON file.'), { description: 'JSON files with numbers, read into the run as metrics.' }),
    ),
    plots: Type.Optional(Type.Array(path('A file.'), { description: 'Files stored with the run as plots.' })),
    env: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Environment variables of the command.' }),
    ),
    timeout: Type.Optional(duration('The command is stopped after this time.')),
    gates: Type.Optional(Gates),
  },
  { ...closed, description: 'Runs any program.' },
);

export type CmdStage = Static<typeof CmdStage>;
