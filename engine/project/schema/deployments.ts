import { Type, type Static } from 'typebox';
import { invalidModes } from './datasetSchema.ts';
import { closed, duration, files, path, reference } from './fields.ts';
import { modelAlias } from './models.ts';

const invalid = (whole: string) =>
  Type.Optional(
    Type.Enum(invalidModes, {
      description: `Handling of rows that break the schema of the training data, or lack a feature, where the schema does not say it by itself. fail: ${whole} is refused. quarantine (default): the row is refused and the others are answered. warn: the row is answered, with warnings.`,
    }),
  );

const predictions = Type.Optional(
  Type.Object(
    {
      keep: duration(
        'How long predictions stay in the log. Older ones are deleted, except those that a monitor has not judged or whose labels may still arrive.',
      ),
    },
    { ...closed, description: 'The log of predictions. Without it, nothing is deleted.' },
  ),
);

export const Deployment = Type.Union(
  [
    Type.Object(
      {
        as: Type.Literal('api', { description: 'An HTTP API.' }),
        model: modelAlias('Alias of the model version to serve:'),
        shadow: Type.Optional(
          modelAlias(
            'Alias of a version that scores each request too, after its answer. Its predictions are logged and never sent; `loopwright monitor --shadow` compares them:',
          ),
        ),
        port: Type.Integer({ minimum: 1, maximum: 65535, description: 'Port to listen on.' }),
        invalid: invalid('the request'),
        predictions,
        events: Type.Optional(
          reference(
            'stage',
            'Collect stage with `from: { events: … }` that receives what is sent to POST /events of this API.',
          ),
        ),
        feedback: Type.Optional(
          reference(
            'stage',
            'Collect stage with `from: { events: … }` that receives true values, sent to POST /feedback as `{"prediction_id": …, "label": …}`. Its dataset is that of the labels of the monitor.',
          ),
        ),
        host: Type.Optional(
          Type.String({
            minLength: 1,
            description:
              'Address to listen on. Default 127.0.0.1, which is reachable only from this machine. Other addresses require `auth`.',
          }),
        ),
        auth: Type.Optional(
          Type.Object(
            {
              token_env: Type.String({
                pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
                description:
                  'Environment variable with the token. Requests to /predict and /metrics must send it as `Authorization: Bearer`.',
              }),
            },
            { ...closed, description: 'Access to predictions.' },
          ),
        ),
      },
      { ...closed, description: 'Serves predictions over HTTP: POST /predict, GET /health, GET /metrics.' },
    ),
    Type.Object(
      {
        as: Type.Literal('batch', { description: 'Predictions for files.' }),
        model: modelAlias('Alias of the model version to use:'),
        input: files('File or glob with the rows.'),
        output: path('Folder to which the scored rows are written as Parquet.'),
        invalid: invalid('the file'),
        predictions,
      },
      { ...closed, description: 'Scores files with `loopwright predict`.' },
    ),
  ],
  { description: 'Deployment of a model.' },
);

export type DeploymentConfig = Static<typeof Deployment>;
export type ApiDeployment = Extract<DeploymentConfig, { as: 'api' }>;
export type BatchDeployment = Extract<DeploymentConfig, { as: 'batch' }>;
