import { Type, type Static } from 'typebox';
import { closed, path } from './fields.ts';
import { modelAlias } from './models.ts';

export const Deployment = Type.Union(
  [
    Type.Object(
      {
        as: Type.Literal('api', { description: 'An HTTP API.' }),
        model: modelAlias('Alias of the model version that serves:'),
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
        model: modelAlias('Alias of the model version that predicts:'),
        input: path('File or glob with the rows.'),
        output: path('Folder that receives the scored rows as Parquet.'),
      },
      { ...closed, description: 'Scores files with `loopwright predict`.' },
    ),
  ],
  { description: 'Where and how a model serves.' },
);

export type DeploymentConfig = Static<typeof Deployment>;
export type ApiDeployment = Extract<DeploymentConfig, { as: 'api' }>;
export type BatchDeployment = Extract<DeploymentConfig, { as: 'batch' }>;
