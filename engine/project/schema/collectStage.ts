import { Type, type Static } from 'typebox';
import { closed, path, reference } from './fields.ts';
import { common, invalid } from './stageFields.ts';

const query = Type.String({ minLength: 1, description: 'One SELECT, written here or in a file ending in `.sql`.' });
const watermark = (example: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      description: `Column of the result that only increases, such as \`${example}\`. After the first collection, only rows with higher values are fetched and appended. With a primaryKey in the dataset schema, a newer row replaces the row with the same key.`,
    }),
  );
const batch = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1000000, description: 'Number of rows per fetch. Default 10000.' }),
);

/** Labels of the WHATWG Encoding Standard, which Node decodes. */
export const textEncodings = [
  'utf-8',
  'windows-1252',
  'iso-8859-15',
  'utf-16le',
  'utf-16be',
  'windows-1250',
  'iso-8859-2',
  'windows-1251',
  'macintosh',
  'shift_jis',
  'gb18030',
  'big5',
  'euc-kr',
] as const;

const FromFiles = Type.Object(
  {
    files: Type.Union([path('A file or glob.'), Type.Array(path('A file or glob.'), { minItems: 1 })], {
      description: 'Files or globs: CSV, TSV, JSON Lines or Parquet.',
    }),
    encoding: Type.Optional(
      Type.Enum(textEncodings, {
        description:
          'CSV and TSV only: encoding of the text, such as windows-1252 for files of older Windows programs. Default utf-8.',
      }),
    ),
    delimiter: Type.Optional(
      Type.Enum([',', ';', '\t', '|'], {
        description:
          'CSV and TSV only: separator of the fields. Default: the one that occurs most often in the header.',
      }),
    ),
    header: Type.Optional(
      Type.Boolean({
        description:
          'CSV and TSV only: whether the first line contains the column names. Default true. With false, the columns are named `column0`, `column1`, …, or as listed in `columns`.',
      }),
    ),
    skip: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: 'CSV and TSV only: number of lines to skip before the header, such as a title. Default 0.',
      }),
    ),
    columns: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description:
          'CSV and TSV only: names of all columns in order. They replace the header, for a header with duplicate names or a file without one.',
      }),
    ),
  },
  closed,
);

const FromUrl = Type.Object(
  {
    url: Type.String({
      format: 'url',
      description: 'HTTP or HTTPS address of one file. Downloaded again only when the server reports a change.',
    }),
    sha256: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'Expected SHA-256 of the file; a mismatch fails the stage.',
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description:
          'Headers of the request, such as `Authorization: "Bearer ${env.TOKEN}"`. Not sent to other hosts after a redirect.',
      }),
    ),
  },
  closed,
);

const FromPostgres = Type.Object(
  {
    postgres: Type.String({
      minLength: 1,
      description: 'Address of a PostgreSQL database, from the environment: `${env.DATABASE_URL}`.',
    }),
    query,
    watermark: watermark('updated_at'),
    batch,
  },
  closed,
);

const FromSqlite = Type.Object(
  {
    sqlite: path('A SQLite database file, opened read-only.'),
    query,
    watermark: watermark('id'),
    batch,
  },
  closed,
);

const FromS3 = Type.Object(
  {
    s3: Type.String({
      pattern: '^s3://[^/]+/.+',
      description:
        'Objects by bucket and key, with wildcards: `s3://bucket/prefix/*.parquet`. Only changed objects are fetched. Credentials are read from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
    }),
    endpoint: Type.Optional(
      Type.String({
        format: 'url',
        description: 'Address of an S3-compatible store. Default: Amazon S3 of the region.',
      }),
    ),
    region: Type.Optional(
      Type.String({ minLength: 1, description: 'Region of the bucket. Default: AWS_REGION, otherwise us-east-1.' }),
    ),
  },
  closed,
);

const FromCommand = Type.Object(
  {
    command: Type.String({ minLength: 1, description: 'Command line, run by the shell in the project folder.' }),
    output: Type.Optional(
      path('File or glob that the command writes. Without it, the data is the standard output of the command.'),
    ),
    format: Type.Optional(
      Type.Enum(['csv', 'jsonl'], { description: 'Format of the standard output: csv or jsonl. Default csv.' }),
    ),
  },
  closed,
);

export const CollectStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('collect', { description: 'Reads data into a dataset.' }),
    with: Type.Object(
      {
        dataset: reference('dataset', 'The dataset that receives the rows.'),
        from: Type.Union([FromFiles, FromUrl, FromPostgres, FromSqlite, FromS3, FromCommand], {
          description: 'Source of the rows: `files`, `url`, `postgres`, `sqlite`, `s3` or `command`.',
        }),
        invalid: Type.Optional(invalid),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  {
    ...closed,
    description:
      'Reads rows from files, a download, a database, an object store or a command into a dataset, and creates a snapshot of it.',
  },
);

export type CollectStage = Static<typeof CollectStage>;
export type CollectSource = CollectStage['with']['from'];
