import { Type, type Static } from 'typebox';
import { closed, path, reference } from './fields.ts';

/** The protocols of servers that can be asked for predictions. */
export const remoteProtocols = ['mlflow', 'open-inference', 'loopwright'] as const;
export type RemoteProtocolName = (typeof remoteProtocols)[number];

const ModelEntry = Type.Object(
  {
    from: Type.Optional(
      reference('stage', 'The stage that creates the model: a train stage, or a `cmd` stage that writes one.'),
    ),
    address: Type.Optional(
      Type.String({
        format: 'url',
        description:
          'The address of a server that answers for the model, such as `http://127.0.0.1:5000/invocations`. It replaces `from`: another program trains and serves the model.',
      }),
    ),
    predictions: Type.Optional(
      reference(
        'dataset',
        'A dataset of predictions that another program made. It replaces `from`: the model can be validated and monitored by them, not served.',
      ),
    ),
    protocol: Type.Optional(
      Type.Enum(remoteProtocols, {
        description:
          'The protocol of the server. mlflow: `POST /invocations`, also of Databricks. open-inference: version 2 of the Open Inference Protocol, as of Triton, KServe and MLServer. loopwright: `loopwright serve`. Default: the server is asked.',
      }),
    ),
    model: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The name of the model on a server of the Open Inference Protocol. Needed only when it has several models and the address names none.',
      }),
    ),
    output: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The output of the server, or the column of its answer, that holds the predictions, such as `predict_proba`. Default: the only one, or the one with scores.',
      }),
    ),
    token_env: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        description: 'Environment variable with the token of the server. It is sent as `Authorization: Bearer`.',
      }),
    ),
    data: Type.Optional(
      reference(
        'dataset',
        'The dataset whose schema defines the key and the timestamp of a scored row. Default: the data of the train stage.',
      ),
    ),
    path: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The file or folder of the model among the `outs` of its stage, or the name under which the program logs it to MLflow. Needed only when several of them are models.',
      }),
    ),
    features: Type.Optional(
      Type.Array(Type.String({ format: 'column' }), {
        minItems: 1,
        description:
          'The columns that the model reads, in its order, when its files do not name them. Default: the fields with role feature.',
      }),
    ),
    classes: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 2,
        description:
          'The classes of the target in the order of the numbers 0, 1, … that the model was trained on in their place, as a label encoder gives them.',
      }),
    ),
    python: Type.Optional(
      path(
        'The Python that scores the model: the folder of an environment, or an interpreter. Default: that of the validation, else the `python` of the project.',
      ),
    ),
    description: Type.Optional(Type.String({ description: 'What the model predicts.' })),
  },
  { ...closed, description: 'A model of the registry.' },
);

export const Models = Type.Record(Type.String(), ModelEntry, {
  description:
    'The models of the project by name. Without this section, the project has one model with the name of the project.',
});

/** Describes an alias, with the name of its model in front when a project has several. */
export const modelAlias = (description: string) =>
  Type.String({
    format: 'model-alias',
    minLength: 1,
    description: `${description} \`champion\` or \`challenger\`; with several models, the name comes first: \`NAME@champion\`.`,
  });

export type ModelConfig = Static<typeof ModelEntry>;
