import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';
import { FromCommand } from './sources/command.ts';
import { FromDuckdb } from './sources/duckdb.ts';
import { FromEvents } from './sources/events.ts';
import { FromFiles } from './sources/files.ts';
import { FromLogs } from './sources/logs.ts';
import { FromMqtt } from './sources/mqtt.ts';
import { FromDelta, FromIceberg } from './sources/lakeTables.ts';
import { FromMysql } from './sources/mysql.ts';
import { FromPostgres } from './sources/postgres.ts';
import { FromPython } from './sources/python.ts';
import { FromS3 } from './sources/s3.ts';
import { FromSqlite } from './sources/sqlite.ts';
import { FromUrl } from './sources/url.ts';
import { common, invalid } from './stageFields.ts';

const sources = [
  // Files and downloads.
  FromFiles,
  FromUrl,
  FromS3,
  // Databases.
  FromPostgres,
  FromMysql,
  FromSqlite,
  FromDuckdb,
  FromDelta,
  FromIceberg,
  FromPython,
  // What programs write.
  FromLogs,
  FromEvents,
  FromMqtt,
  FromCommand,
] as const;

/** The key of each source that names its kind: the first one. */
const kinds = sources.map(({ properties }) => `\`${Object.keys(properties)[0]}\``);

export const CollectStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('collect', { description: 'Reads data into a dataset.' }),
    with: Type.Object(
      {
        dataset: reference('dataset', 'The dataset that receives the rows.'),
        from: Type.Union([...sources], {
          description: `Source of the rows: ${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}.`,
        }),
        invalid: Type.Optional(invalid),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  {
    ...closed,
    description:
      'Reads rows from files, a download, a database, an object store, logs, events, messages of sensors or a command into a dataset, and creates a snapshot of it.',
  },
);

export type CollectStage = Static<typeof CollectStage>;
export type CollectSource = CollectStage['with']['from'];
