import { pythonVenv } from '../../helpers/pythonVenv.ts';

/** OpenSSF's model signing, which imports pyOpenSSL and does not ask for it, and a neighbour's DSSE. */
export const signingVenv = pythonVenv(
  'signing-venv',
  ['model-signing==1.*', 'securesystemslib==1.*', 'in-toto-attestation', 'pyOpenSSL'],
  ['model_signing', 'securesystemslib', 'in_toto_attestation'],
);
