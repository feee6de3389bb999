import { ProjectError } from '../../base/errors.ts';
import { tlsFiles, type TlsFiles, type TlsPaths } from './tls/tlsFiles.ts';

/** How a connection is encrypted, as libpq names it. */
export type PostgresTlsMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** Encryption of a connection, and the address without what says so. */
export interface PostgresTls {
  mode: PostgresTlsMode;
  paths: TlsPaths;
  files: TlsFiles;
  address: string;
}

const modes: Record<string, PostgresTlsMode> = {
  disable: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'no-verify': 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};
// `ssl=true` of node-postgres and JDBC checks the certificate.
const flags: Record<string, PostgresTlsMode> = {
  true: 'verify-full',
  '1': 'verify-full',
  false: 'disable',
  '0': 'disable',
};

/**
 * Returns how a connection is encrypted: by the keys of the source, then by the parameters of the address, then by the
 * variables of libpq. A named authority is never ignored. Throws ProjectError for a mode that is none, WorkError for
 * files that cannot be used.
 */
export function postgresTls(
  root: string,
  env: Record<string, string | undefined>,
  source: { postgres: string; ssl?: PostgresTlsMode | undefined } & TlsPaths,
): PostgresTls {
  const [, start = '', query = ''] = /^([^?]*)(?:\?(.*))?$/s.exec(source.postgres) ?? [];
  const given = new Map<string, string>();
  const rest = query.split('&').filter((part) => {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    if (!/^(ssl|sslmode|sslrootcert|sslcert|sslkey|uselibpqcompat)$/.test(name)) return part !== '';
    given.set(name, decodeURIComponent(value));
    return false;
  });
  const of = (name: string, variable: string) => {
    const value = given.get(name) ?? (Object.hasOwn(env, variable) ? env[variable] : undefined);
    return value === undefined || value === '' ? null : value;
  };
  const rootCert = source.ca ?? of('sslrootcert', 'PGSSLROOTCERT');
  const paths: TlsPaths = {
    // `system` asks for the authorities of this machine, which Node uses by default.
    ca: rootCert === 'system' ? null : rootCert,
    cert: source.cert ?? of('sslcert', 'PGSSLCERT'),
    key: source.key ?? of('sslkey', 'PGSSLKEY'),
    key_password_env: source.key_password_env,
  };
  const mode = source.ssl ?? modeOf(of('sslmode', 'PGSSLMODE'), given.get('ssl'), paths.ca, rootCert);
  const address = rest.length === 0 ? start : `${start}?${rest.join('&')}`;
  return { mode, paths, files: mode === 'disable' ? {} : tlsFiles(root, env, paths), address };
}

function modeOf(
  mode: string | null,
  flag: string | undefined,
  ca: string | null | undefined,
  rootCert: string | null,
): PostgresTlsMode {
  const written = mode ?? flag ?? null;
  if (written === null) return rootCert === 'system' ? 'verify-full' : ca === null ? 'prefer' : 'verify-ca';
  const known = modes[written.toLowerCase()] ?? (mode === null ? flags[written.toLowerCase()] : undefined);
  if (known === undefined)
    throw new ProjectError(
      `The address of the database has \`${mode === null ? 'ssl' : 'sslmode'}=${written}\`, which is not a mode. Use disable, prefer, require, verify-ca or verify-full.`,
    );
  // As in libpq, a named authority is checked.
  return known === 'require' && ca !== null && written.toLowerCase() === 'require' ? 'verify-ca' : known;
}
