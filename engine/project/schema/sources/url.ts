import { Type } from 'typebox';
import { closed } from '../fields.ts';

export const FromUrl = Type.Object(
  {
    url: Type.String({
      format: 'url',
      description: 'HTTP or HTTPS address of one file. Downloaded again only when the server reports a change.',
      examples: ['https://example.com/data.csv'],
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
