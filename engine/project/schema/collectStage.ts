import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';
import { FromCommand } from './sources/command.ts';
import { FromEvents } from './sources/events.ts';
import { FromFiles } from './sources/files.ts';
import { FromPostgres } from './sources/postgres.ts';
import { FromS3 } from './sources/s3.ts';
import { FromSqlite } from './sources/sqlite.ts';
import { FromUrl } from './sources/url.ts';
import { common, invalid } from './stageFields.ts';

export const CollectStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('collect', { description: 'Reads data into a dataset.' }),
    with: Type.Object(
      {
        dataset: reference('dataset', 'The dataset that receives the rows.'),
        from: Type.Union([FromFiles, FromUrl, FromPostgres, FromSqlite, FromS3, FromEvents, FromCommand], {
          description: 'Source of the rows: `files`, `url`, `postgres`, `sqlite`, `s3`, `events` or `command`.',
        }),
        invalid: Type.Optional(invalid),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  {
    ...closed,
    description:
      'Reads rows from files, a download, a database, an object store, a listener or a command into a dataset, and creates a snapshot of it.',
  },
);

export type CollectStage = Static<typeof CollectStage>;
export type CollectSource = CollectStage['with']['from'];
