import { Type, type Static } from 'typebox';
import { closed, path } from '../fields.ts';

const variable = (description: string) => Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$', description });

export const FromEvents = Type.Object(
  {
    events: path(
      'Folder for the events that arrived and are not yet in the dataset. `loopwright collect --listen` writes them there.',
    ),
    port: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65535,
        description: 'Port of `loopwright collect --listen`. Default 8090.',
      }),
    ),
    host: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Address to listen on. Default 127.0.0.1, which is reachable only from this machine. Other addresses require `token_env`.',
      }),
    ),
    token_env: Type.Optional(
      variable('Environment variable with the token that clients must send as `Authorization: Bearer`.'),
    ),
    origins: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^(\\*|https?://[^/\\s]+)$',
          description: 'An origin such as https://shop.example, or `*` for all.',
        }),
        {
          description: 'Web pages that may send events from a browser, by origin. Default: none.',
        },
      ),
    ),
    max_body_mb: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 256,
        description: 'Largest body of a request in MB, also after unpacking gzip. Default 8.',
      }),
    ),
  },
  closed,
);

export type FromEvents = Static<typeof FromEvents>;
