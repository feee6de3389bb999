import { Type, type Static } from 'typebox';
import { closed, duration } from '../fields.ts';
import { tlsFields } from './tlsFields.ts';

const variable = (description: string) => Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$', description });
const topic = Type.String({
  pattern: '^[^#+\\u0000]*(\\+[A-Za-z0-9_]*(/[^#+\\u0000]*)?|[^#+\\u0000])*#?$',
  minLength: 1,
  description:
    'A topic with wildcards: `plant/+/temp`, `plant/#`. A name after `+` makes the level a column: `plant/+site/temp`. Shared subscriptions start with `$share/GROUP/`.',
});

export const FromMqtt = Type.Object(
  {
    mqtt: Type.String({
      pattern: '^mqtts?://.+|\\$\\{env\\.',
      description: 'Address of an MQTT 5 broker: `mqtt://host:1883`, with TLS `mqtts://host:8883`.',
    }),
    topics: Type.Union([topic, Type.Array(topic, { minItems: 1 })], { description: 'Topics to subscribe to.' }),
    qos: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1,
        description:
          '1 (default): a message is acknowledged when it is on disk, and the broker sends it again until then. 0: messages can be lost.',
      }),
    ),
    client_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description:
          'Name of the session at the broker, which only one program may use. Default: made from the project, the broker and the topics.',
      }),
    ),
    session: Type.Optional(
      duration('How long the broker keeps messages for this client while it is not connected. Default 7d.'),
    ),
    window: Type.Optional(
      duration(
        'Messages go to the dataset by windows of this length, each when it is over. Default: all that arrived go at once.',
      ),
    ),
    for: Type.Optional(
      duration(
        'How long `loopwright run` listens when no `loopwright collect --listen` does. It ends earlier when nothing arrives for 2 s. Default 30s.',
      ),
    ),
    payload: Type.Optional(
      Type.Enum(['auto', 'json', 'text', 'binary'], {
        description:
          'How a payload is read. auto (default): an object of JSON gives its fields, other JSON and text the column `value`, other bytes base64. json: other payloads are quarantined as text. text and binary: always `value`.',
      }),
    ),
    username_env: Type.Optional(variable('Environment variable with the user name.')),
    password_env: Type.Optional(variable('Environment variable with the password.')),
    ...tlsFields,
  },
  closed,
);

export type FromMqtt = Static<typeof FromMqtt>;
