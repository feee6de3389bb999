import { Type } from 'typebox';
import { closed } from '../fields.ts';
import { tlsFields } from './tlsFields.ts';
import { batch, query, watermark } from './queryFields.ts';

export const FromMysql = Type.Object(
  {
    mysql: Type.String({
      minLength: 1,
      description:
        'Address of a MySQL or MariaDB database, from the environment: `${env.MYSQL_URL}`, such as mysql://user:password@host:3306/name. Parameters: `ssl-mode`, `ssl-ca`, `ssl-cert`, `ssl-key` and `socket`.',
      examples: ['${env.MYSQL_URL}'],
    }),
    query,
    watermark: watermark('updated_at'),
    batch,
    ssl: Type.Optional(
      Type.Enum(['disabled', 'preferred', 'required', 'verify-ca', 'verify-identity'], {
        description:
          'Encryption, as `ssl-mode` of MySQL. preferred (default): where the server can. required: always. verify-ca (default with `ca`): the certificate is checked. verify-identity: its host name too.',
      }),
    ),
    ...tlsFields,
  },
  closed,
);
