import { Type, type Static } from 'typebox';
import { severityChoices } from '../../../protocol/problem.ts';

const closed = { additionalProperties: false };
const duration = (description: string) =>
  Type.String({ format: 'duration', description: `${description} A duration such as 15m, 6h or 7d.` });
const path = (description: string) => Type.String({ format: 'path', minLength: 1, description });
const reference = (to: 'dataset' | 'stage' | 'deployment' | 'monitor', description: string) =>
  Type.String({ format: `reference:${to}`, minLength: 1, description });

/** A value of a param: scalars and lists of them, nested lists for layouts of layers. */
export const ParamValue = Type.Union(
  [
    Type.Number(),
    Type.String(),
    Type.Boolean(),
    Type.Null(),
    Type.Array(
      Type.Union([
        Type.Number(),
        Type.String(),
        Type.Boolean(),
        Type.Array(Type.Union([Type.Number(), Type.String(), Type.Boolean()])),
      ]),
    ),
  ],
  { description: 'A number, text, boolean, null or list.' },
);

export const Params = Type.Record(Type.String(), ParamValue, {
  description: 'Every knob in one place; experiments lay theirs over it. Used elsewhere as `${params.name}`.',
});

const Dataset = Type.Object(
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

export const invalidModes = ['fail', 'quarantine', 'warn'] as const;
const invalid = Type.Enum(invalidModes, {
  description:
    'What happens to rows that break the schema: fail the stage, quarantine them beside the data, or warn and keep them. Default quarantine.',
});

const Gate = Type.Object(
  {
    min: Type.Optional(Type.Number({ description: 'The metric must be at least this.' })),
    max: Type.Optional(Type.Number({ description: 'The metric must be at most this.' })),
    at_confidence: Type.Optional(
      Type.Number({
        minimum: 0.5,
        maximum: 0.999,
        description: 'Compare the end of the confidence interval instead of the value, such as 0.95.',
      }),
    ),
  },
  { ...closed, minProperties: 1, description: 'A bound that a metric must meet: min, max or both.' },
);

export const Gates = Type.Record(Type.String(), Gate, {
  description:
    'Bounds by metric: `pr_auc`, `equal_opportunity_difference[age_group]`, `pr_auc@champion` (difference to the champion on the same rows).',
});

const common = {
  description: Type.Optional(Type.String({ description: 'What the stage is for.' })),
  deps: Type.Optional(
    Type.Array(path('A file, folder or glob.'), {
      description: 'Files the stage reads; it is stale when one changes.',
    }),
  ),
};

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

const Split = Type.Object(
  {
    by: Type.Enum(['time', 'random', 'stratified', 'grouped'], {
      description:
        'time: the oldest rows train, the newest test. random: by a hash of the key, so that a row never changes side. stratified: the same within each value of the column, with the shares told for each. grouped: by a hash of the column, so that all rows of a group stay on one side.',
    }),
    column: Type.Optional(
      Type.String({
        format: 'column',
        description:
          'With time: the timestamp. With random: the key, default the primary key. With stratified: the values to balance, default the target. With grouped: the group, such as a customer.',
      }),
    ),
    exact: Type.Optional(
      Type.Boolean({
        description:
          'With stratified: the shares hold exactly in each value, and rows near the border may change side when others come. Default false: rows never change side.',
      }),
    ),
    train: Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Share of rows to train on.' }),
    validation: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Share of rows for early stopping and the threshold.' }),
    ),
    test: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of rows kept for validation of the model.',
    }),
  },
  { ...closed, description: 'How rows are divided into train, validation and test; the shares add up to 1.' },
);

export const PrepareStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('prepare', { description: 'Make a dataset from others with SQL.' }),
    with: Type.Object(
      {
        sql: path('A file with one SELECT in DuckDB SQL; each dataset is a table of its name.'),
        output: reference('dataset', 'The dataset that is written.'),
        params: Type.Optional(
          Type.Record(
            Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
            Type.Union([Type.Number(), Type.String(), Type.Boolean()], { description: 'The value.' }),
            { description: 'Values for `$name` in the SQL; they are bound, never pasted into it.' },
          ),
        ),
        invalid: Type.Optional(invalid),
        split: Type.Optional(Split),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  { ...closed, description: 'Runs SQL over datasets, checks every row against the schema of the output, and splits.' },
);

const Preprocessing = Type.Object(
  {
    impute: Type.Optional(
      Type.Union([Type.Enum(['median', 'mean', 'most_frequent']), Type.Number()], {
        description:
          'What stands for a missing number: median, mean or most_frequent of the training rows, or a number. Default median.',
      }),
    ),
    transform: Type.Optional(
      Type.Enum(['auto', 'log', 'none'], {
        description: 'log: log(1 + x) first. auto: log where nothing is negative and the tail is heavy. Default auto.',
      }),
    ),
    scale: Type.Optional(
      Type.Enum(['standard', 'minmax', 'robust', 'none'], {
        description:
          'standard: mean 0, standard deviation 1. minmax: 0 to 1. robust: by median and quartiles. none: as it is. Default standard.',
      }),
    ),
    encode: Type.Optional(
      Type.Enum(['one_hot', 'ordinal', 'frequency', 'target'], {
        description:
          'Of a text. one_hot: an input for each of the 50 most frequent values. ordinal: its place in the categories of the schema, or in the alphabet. frequency: its share of the training rows. target: the mean of the target with it, drawn to the overall mean where rows are few. Default one_hot.',
      }),
    ),
  },
  {
    ...closed,
    description:
      'How a column becomes input of the model. Everything is fitted on the training rows alone and saved with the model.',
  },
);

export const TrainStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('train', { description: 'Train a model with TensorFlow.js.' }),
    with: Type.Object(
      {
        data: reference(
          'dataset',
          'The dataset to train on; its schema says which fields are features and which is the target.',
        ),
        model: Type.Enum(['mlp', 'logistic', 'linear'], {
          description: 'mlp: a multi-layer perceptron. logistic: logistic regression. linear: linear regression.',
        }),
        target: Type.Optional(
          Type.String({ format: 'column', description: 'Target column; default the field with role target.' }),
        ),
        features: Type.Optional(
          Type.Array(Type.String({ format: 'column' }), {
            minItems: 1,
            description: 'Feature columns; default the fields with role feature.',
          }),
        ),
        preprocess: Type.Optional(
          Type.Record(Type.String({ format: 'column' }), Preprocessing, {
            description: 'Imputation, scaling and encoding by feature, where the defaults will not do.',
          }),
        ),
        hidden: Type.Optional(
          Type.Array(Type.Integer({ minimum: 1, maximum: 8192 }), {
            description: 'Units of each hidden layer of an mlp. Default [64, 32].',
          }),
        ),
        learning_rate: Type.Optional(
          Type.Number({ exclusiveMinimum: 0, maximum: 10, description: 'Step size of Adam. Default 0.001.' }),
        ),
        epochs: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 100000, description: 'Most passes over the training rows. Default 20.' }),
        ),
        batch_size: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 1000000, description: 'Rows per step. Default 256.' }),
        ),
        dropout: Type.Optional(
          Type.Number({
            minimum: 0,
            exclusiveMaximum: 1,
            description: 'Share of units dropped while training. Default 0.',
          }),
        ),
        l2: Type.Optional(Type.Number({ minimum: 0, description: 'Weight of the L2 penalty. Default 0.' })),
        class_weight: Type.Optional(
          Type.Enum(['balanced', 'none'], {
            description: 'balanced: each class weighs the same in sum. Default none.',
          }),
        ),
        patience: Type.Optional(
          Type.Integer({
            minimum: 0,
            description:
              'Stop after this many epochs without a better validation loss. 0 never stops early. Default 3.',
          }),
        ),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
  },
  { ...closed, description: 'Trains a model and saves it with its preprocessing.' },
);

export const ValidateStage = Type.Object(
  {
    ...common,
    uses: Type.Literal('validate', { description: 'Test a model on rows it has not seen.' }),
    with: Type.Object(
      {
        model: reference('stage', 'The train stage whose model is tested.'),
        data: reference('dataset', 'The dataset whose test rows are used.'),
        slices: Type.Optional(
          Type.Array(Type.String({ format: 'column' }), { description: 'Columns by which the metrics are repeated.' }),
        ),
        fairness: Type.Optional(
          Type.Object(
            {
              attributes: Type.Array(Type.String({ format: 'column' }), {
                minItems: 1,
                description: 'Protected attributes.',
              }),
            },
            { ...closed, description: 'Fairness measures by protected attribute.' },
          ),
        ),
        min_precision: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            maximum: 1,
            description:
              'Precision at which `recall_at_precision` is read and the decision threshold is set. Default 0.9.',
          }),
        ),
      },
      { ...closed, description: 'Inputs of the stage.' },
    ),
    gates: Type.Optional(Gates),
  },
  { ...closed, description: 'Computes metrics with intervals, slices and fairness, and holds them against the gates.' },
);

export const CmdStage = Type.Object(
  {
    ...common,
    cmd: Type.String({ minLength: 1, description: 'Command line, run by the shell in the project folder.' }),
    outs: Type.Optional(
      Type.Array(path('A file or folder.'), { description: 'Files and folders the command writes.' }),
    ),
    params: Type.Optional(
      Type.Array(Type.String({ format: 'param' }), { description: 'Params the command reads besides those in `cmd`.' }),
    ),
    metrics: Type.Optional(
      Type.Array(path('A JSON file.'), { description: 'JSON files with numbers, read into the run as metrics.' }),
    ),
    plots: Type.Optional(Type.Array(path('A file.'), { description: 'Files kept with the run as plots.' })),
    env: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Environment variables of the command.' }),
    ),
    timeout: Type.Optional(duration('The command is stopped after this time.')),
    gates: Type.Optional(Gates),
  },
  { ...closed, description: 'Runs any program.' },
);

export const Stage = Type.Union([CollectStage, PrepareStage, TrainStage, ValidateStage, CmdStage], {
  description: 'A step of the graph: `uses` a built-in, or runs a `cmd`.',
});

const Deployment = Type.Union(
  [
    Type.Object(
      {
        as: Type.Literal('api', { description: 'An HTTP API.' }),
        model: Type.Enum(['champion', 'challenger'], { description: 'Alias of the model version that serves.' }),
        port: Type.Integer({ minimum: 1, maximum: 65535, description: 'Port on loopback.' }),
        host: Type.Optional(
          Type.String({
            minLength: 1,
            description:
              'Address to listen on. Default 127.0.0.1, which only this machine reaches; others need `auth`.',
          }),
        ),
        auth: Type.Optional(
          Type.Object(
            {
              token_env: Type.String({
                pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
                description:
                  'Environment variable that holds the token. Requests to /predict and /metrics must send it as `Authorization: Bearer`.',
              }),
            },
            { ...closed, description: 'Who may ask for predictions.' },
          ),
        ),
      },
      { ...closed, description: 'Serves predictions over HTTP: POST /predict, GET /health, GET /metrics.' },
    ),
    Type.Object(
      {
        as: Type.Literal('batch', { description: 'Files in, files out.' }),
        model: Type.Enum(['champion', 'challenger'], { description: 'Alias of the model version that predicts.' }),
        input: path('File or glob with the rows.'),
        output: path('Folder that receives the scored rows as Parquet.'),
      },
      { ...closed, description: 'Scores files with `loopwright predict`.' },
    ),
  ],
  { description: 'Where and how a model serves.' },
);

const Bound = Type.Object(
  {
    min: Type.Optional(Type.Number({ description: 'At least this.' })),
    max: Type.Optional(Type.Number({ description: 'At most this.' })),
  },
  { ...closed, minProperties: 1, description: 'A bound: min, max or both.' },
);

const Monitor = Type.Object(
  {
    deployment: reference('deployment', 'The deployment that is watched.'),
    reference: reference('stage', 'The validate stage whose test rows are the reference.'),
    window: Type.Object(
      {
        every: duration('Length of a window.'),
        min_rows: Type.Optional(
          Type.Integer({ minimum: 1, description: 'Windows with fewer rows get no verdict. Default 100.' }),
        ),
      },
      { ...closed, description: 'How the prediction log is cut in time.' },
    ),
    labels: Type.Optional(
      Type.Object(
        {
          dataset: reference('dataset', 'The dataset with the true values.'),
          key: Type.String({ format: 'column', description: 'Column that joins labels to predictions.' }),
          delay: Type.Optional(duration('How long labels take to arrive; performance of a window is judged after it.')),
        },
        { ...closed, description: 'The true values that arrive later.' },
      ),
    ),
    drift: Type.Optional(
      Type.Object(
        {
          profile: Type.Optional(
            Type.Enum(['loopwright'], {
              description:
                'Measures and thresholds. loopwright: Wasserstein over the standard deviation of the reference for numbers, Jensen-Shannon distance (base 2) for categories, both 0.1.',
            }),
          ),
          share: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 1,
              description: 'The window has drifted when at least this share of the columns has. Default 0.5.',
            }),
          ),
        },
        { ...closed, description: 'How drift is judged.' },
      ),
    ),
    expect: Type.Optional(
      Type.Record(Type.String(), Bound, {
        description:
          'Bounds on performance (`pr_auc`), `latency_p95_ms`, `error_rate` and `missing[column]` of each window.',
      }),
    ),
  },
  { ...closed, description: 'Watches a deployment by windows: drift, performance once labels arrive, latency.' },
);

const Trigger = Type.Union(
  [
    Type.Object(
      {
        monitor: reference('monitor', 'The monitor.'),
        drift: Type.Literal('dataset', { description: "The share of drifted columns reaches the monitor's share." }),
        for: Type.Optional(
          Type.String({ format: 'windows', description: 'How many windows in a row, such as `2 windows`. Default 1.' }),
        ),
      },
      { ...closed, description: 'When the inputs drift.' },
    ),
    Type.Object(
      {
        monitor: reference('monitor', 'The monitor.'),
        below: Type.String({
          format: 'metric',
          description: 'A metric under `expect` of the monitor that falls below its min.',
        }),
        for: Type.Optional(
          Type.String({ format: 'windows', description: 'How many windows in a row, such as `2 windows`. Default 1.' }),
        ),
      },
      { ...closed, description: 'When performance falls below its bound.' },
    ),
    Type.Object(
      {
        schedule: Type.String({
          format: 'cron',
          description:
            'Cron expression in UTC, such as `0 3 * * 1` for Mondays at three: minute, hour, day of month, month, day of week.',
        }),
      },
      { ...closed, description: 'At fixed times, whatever the monitors say.' },
    ),
  ],
  { description: 'One reason to retrain.' },
);

const Retraining = Type.Object(
  {
    when: Type.Array(Trigger, { minItems: 1, description: 'Any of these starts retraining.' }),
    data: Type.Optional(
      Type.Object(
        { window: duration('Train on rows of this much time before now.') },
        { ...closed, description: 'Which rows the new model is trained on. Default all.' },
      ),
    ),
    run: Type.Optional(
      Type.Array(reference('stage', 'A stage.'), {
        description: 'Stages to run, in the order of the graph. Default all that validation needs.',
      }),
    ),
    // oxlint-disable-next-line unicorn/no-thenable -- the key is the format's, and these schemas are never awaited
    then: Type.Optional(
      Type.Enum(['propose', 'promote'], {
        description:
          'propose: register the challenger and wait for a person. promote: make it champion when the gates pass. Default propose.',
      }),
    ),
    cooldown: Type.Optional(duration('No retraining sooner than this after the last.')),
  },
  { ...closed, description: 'When and how the model is retrained; always through the gates.' },
);

/** In which order rows come up to be labelled. */
export const labelOrders = ['uncertain', 'unlabelled', 'random'] as const;

const LabelTask = Type.Object(
  {
    data: reference('dataset', 'The dataset whose rows are labelled.'),
    key: Type.Optional(
      Type.String({
        format: 'column',
        description: 'Column that names a row. Default: the primaryKey of the schema, when that is one column.',
      }),
    ),
    label: Type.String({ minLength: 1, description: 'Name of the label, as it is called in the label file.' }),
    classes: Type.Optional(
      Type.Array(Type.Union([Type.String({ minLength: 1 }), Type.Number(), Type.Boolean()]), {
        minItems: 2,
        uniqueItems: true,
        description:
          'The values to choose from; the first nine have the keys 1 to 9. Default: true and false of a boolean field of that name, else its categories.',
      }),
    ),
    file: path(
      'The label file, a CSV to which every decision is appended as one line; nothing in it is ever rewritten.',
    ),
    show: Type.Optional(
      Type.Array(Type.String({ format: 'column' }), {
        minItems: 1,
        description:
          'Columns on the card, in this order. Default: all but the key, the label, and fields with role prediction or score, which would give the answer away.',
      }),
    ),
    order: Type.Optional(
      Type.Enum(labelOrders, {
        description:
          'uncertain: what the model is least sure of first. unlabelled: as the data stands. random: by a hash of the key, the same for everybody. Each begins with the rows that fewest people have labelled. Default uncertain with a model, else unlabelled.',
      }),
    ),
    model: Type.Optional(
      Type.Enum(['champion', 'challenger'], {
        description: 'Alias of the model version that says how sure it is of a row.',
      }),
    ),
    rules: Type.Optional(
      path(
        'A file with one SELECT in DuckDB SQL that gives `key`, `label` and `rule`: weak labels, which count only where nobody labelled by hand. Each dataset is a table of its name.',
      ),
    ),
    labellers: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 20,
        description: 'How many different people should label each row. Default 1.',
      }),
    ),
  },
  { ...closed, description: 'Rows of a dataset that people label, in the editor or with `loopwright data label`.' },
);

const metricName =
  'The metric that stands for a run wherever one number is shown: first in lists, tables and charts. Default: the metric of the first gate, else what is usual for the task, else the validation or test score that most runs log.';

const PrimaryMetric = Type.Union(
  [
    Type.String({ minLength: 1, format: 'metric', description: metricName }),
    Type.Object(
      {
        name: Type.String({ minLength: 1, format: 'metric', description: 'Name of the metric, as runs log it.' }),
        direction: Type.Optional(
          Type.Enum(['maximize', 'minimize'], {
            description: 'maximize: more is better. minimize: less is. Default: told by the name.',
          }),
        ),
      },
      { ...closed, description: metricName },
    ),
  ],
  { description: metricName },
);

/** `loopwright.yaml`. */
export const ProjectSchema = Type.Object(
  {
    version: Type.Literal(1, { description: 'Version of the format: 1.' }),
    project: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
      description: 'Name of the project and of its model.',
    }),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4294967295, description: 'Seed of everything random. Default 0.' }),
    ),
    primary_metric: Type.Optional(PrimaryMetric),
    python: Type.Optional(
      path(
        'The Python of `cmd` stages and of sweeps that ask Optuna: the folder of an environment, such as `.venv`, or an interpreter. Default: the setting `loopwright.python`, the environment selected in the editor, `.venv` or `venv` of the project and the folders above it, else `python3`.',
      ),
    ),
    env_file: Type.Optional(
      Type.Union(
        [path('A file of `NAME=value` lines.'), Type.Array(path('A file of `NAME=value` lines.'), { minItems: 1 })],
        {
          description:
            'Files of `NAME=value` lines, such as `.env`, whose values reach `${env.NAME}` and the programs of stages. A variable that is set already keeps its value; of two files the later counts. Keep them out of the repository.',
        },
      ),
    ),
    params: Type.Optional(Params),
    datasets: Type.Optional(Type.Record(Type.String(), Dataset, { description: 'Named tables.' })),
    stages: Type.Record(Type.String(), Stage, { description: 'The graph of steps.' }),
    deployments: Type.Optional(Type.Record(Type.String(), Deployment, { description: 'Where the model serves.' })),
    monitors: Type.Optional(Type.Record(Type.String(), Monitor, { description: 'What watches the deployments.' })),
    retraining: Type.Optional(Retraining),
    labelling: Type.Optional(Type.Record(Type.String(), LabelTask, { description: 'What people label.' })),
    checks: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Enum(severityChoices, { description: 'How bad a finding of this check is, or off.' }),
        {
          description:
            'Severity of checks by code, for everybody who works on the project: `LW412: off`. `# loopwright-ignore LW412` on a line, or on a line of its own above, silences one finding.',
        },
      ),
    ),
    card: Type.Optional(
      Type.Object(
        {
          intended_use: Type.Optional(Type.String({ description: 'What the model is for, and what it is not for.' })),
          limitations: Type.Optional(Type.String({ description: 'Where the model is known to fail.' })),
          ethics: Type.Optional(Type.String({ description: 'Risks to people and what is done about them.' })),
        },
        { ...closed, description: 'The parts of the model card that only people can write.' },
      ),
    ),
  },
  {
    ...closed,
    title: 'Project',
    description: 'A Loopwright project: datasets, params, stages, gates, deployments, monitors and retraining.',
  },
);

export type ProjectConfig = Static<typeof ProjectSchema>;
export type CollectStage = Static<typeof CollectStage>;
export type CollectSource = CollectStage['with']['from'];
export type PrepareStage = Static<typeof PrepareStage>;
export type TrainStage = Static<typeof TrainStage>;
export type ValidateStage = Static<typeof ValidateStage>;
export type CmdStage = Static<typeof CmdStage>;
export type StageConfig = Static<typeof Stage>;
export type GateConfig = Static<typeof Gate>;
export type DeploymentConfig = Static<typeof Deployment>;
export type ApiDeployment = Extract<DeploymentConfig, { as: 'api' }>;
export type BatchDeployment = Extract<DeploymentConfig, { as: 'batch' }>;
export type LabelTaskConfig = Static<typeof LabelTask>;
export type MonitorConfig = Static<typeof Monitor>;
export type RetrainingConfig = Static<typeof Retraining>;
export type TriggerConfig = Static<typeof Trigger>;
