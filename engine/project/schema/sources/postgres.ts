import { Type } from 'typebox';
import { closed } from '../fields.ts';
import { tlsFields } from './tlsFields.ts';
import { batch, query, watermark } from './queryFields.ts';

export const FromPostgres = Type.Object(
  {
    postgres: Type.String({
      minLength: 1,
      description:
        'Address of a PostgreSQL database, from the environment: `${env.DATABASE_URL}`. Parameters: `sslmode`, `sslrootcert`, `sslcert` and `sslkey`.',
      examples: ['${env.DATABASE_URL}'],
    }),
    query,
    watermark: watermark('updated_at'),
    batch,
    ssl: Type.Optional(
      Type.Enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'], {
        description:
          'Encryption, as `sslmode` of libpq. prefer (default): where the server can. require: always. verify-ca (default with `ca`): the certificate is checked. verify-full: its host name too.',
      }),
    ),
    ...tlsFields,
  },
  closed,
);
