import { Type } from 'typebox';
import { path } from '../fields.ts';

/** Fields of a source that can be reached with TLS. */
export const tlsFields = {
  ca: Type.Optional(path('Certificate of the authority that signed that of the server, as PEM.')),
  cert: Type.Optional(path('Client certificate, as PEM, for a server that asks for one. It needs `key`.')),
  key: Type.Optional(path('Private key of the client certificate, as PEM.')),
  key_password_env: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      description: 'Environment variable with the password of the private key.',
    }),
  ),
};
