import { Type, type Static } from 'typebox';
import { closed, path, reference } from './fields.ts';
import { common, invalid } from './stageFields.ts';

const query = Type.String({ minLength: 1, description: 'One SELECT, written here or in a file ending in `.sql`.' });
const watermark = (example: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      description: `Column of the result that only grows, such as \`${example}\`: after the first time only rows with higher values are asked for and added. With a primaryKey in the dataset schema newer rows replace those of the same key.`,
    }),
  );
const batch = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1000000, description: 'Rows fetched at a time. Default 10000.' }),
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
          'Of CSV and TSV: how the text is encoded, such as windows-1252 for what older Windows programs save. Default utf-8.',
      }),
    ),
    delimiter: Type.Optional(
      Type.Enum([',', ';', '\t', '|'], {
        description: 'Of CSV and TSV: what separates fields. Default: the one that stands most often in the header.',
      }),
    ),
    header: Type.Optional(
      Type.Boolean({
        description:
          'Of CSV and TSV: whether the first line names the columns. Default true. Without it they are `column0`, `column1`, …, or as `columns` says.',
      }),
    ),
    skip: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: 'Of CSV and TSV: lines before the header that are passed over, such as a title. Default 0.',
      }),
    ),
    columns: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description:
          'Of CSV and TSV: names of all columns in order, in place of the header. For a header that names a column twice, or none.',
      }),
    ),
  },
  closed,
);

const FromUrl = Type.Object(
  {
    url: Type.String({
      format: 'url',
      description: 'HTTP or HTTPS address of one file. Downloaded again only when the server says that it changed.',
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
          'Headers of the request, such as `Authorization: "Bearer ${env.TOKEN}"`. Not sent on to other hosts.',
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
    sqlite: path('A SQLite database file. It is only read.'),
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
        'Objects by bucket and key, with wildcards: `s3://bucket/prefix/*.parquet`. Only changed objects are fetched. Keys come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
    }),
    endpoint: Type.Optional(
      Type.String({
        format: 'url',
        description: 'Address of an S3-compatible store. Default: Amazon S3 of the region.',
      }),
    ),
    region: Type.Optional(
      Type.String({ minLength: 1, description: 'Region of the bucket. Default AWS_REGION, else us-east-1.' }),
    ),
  },
  closed,
);

const FromCommand = Type.Object(
  {
    command: Type.String({ minLength: 1, description: 'Command line, run by the shell in the project folder.' }),
    output: Type.Optional(
      path('File or glob that the command writes. Without it, what the command prints is the data.'),
    ),
    format: Type.Optional(
      Type.Enum(['csv', 'jsonl'], { description: 'What the command prints: csv or jsonl. Default csv.' }),
    ),
  },
  closed,
);

export const CollectStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('collect', { description: 'Bring data into a dataset.' }),
    with: Type.Object(
      {
        dataset: reference('dataset', 'The dataset that receives the rows.'),
        from: Type.Union([FromFiles, FromUrl, FromPostgres, FromSqlite, FromS3, FromCommand], {
          description: 'Where the rows come from: `files`, `url`, `postgres`, `sqlite`, `s3` or `command`.',
        }),
        invalid: Type.Optional(invalid),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  {
    ...closed,
    description:
      'Brings rows of files, a download, a database, an object store or a command into a dataset and makes a snapshot of it.',
  },
);

export type CollectStage = Static<typeof CollectStage>;
export type CollectSource = CollectStage['with']['from'];
