import { checkServerIdentity } from 'node:tls';
import type { Client, CustomTypesConfig } from 'pg';
import { CancelledError, ProjectError, WorkError, checkCancelled, messageOf } from '../../base/errors.ts';
import { postgresTls, type PostgresTls, type PostgresTlsMode } from './postgresTls.ts';
import { reasonOf } from './retry.ts';
import type { SourceContext } from './source.ts';
import { tlsFault } from './tls/tlsFault.ts';
import type { TlsPaths } from './tls/tlsFiles.ts';

/** Where a database is, and how it is reached. */
export interface PostgresPlace extends TlsPaths {
  postgres: string;
  ssl?: PostgresTlsMode | undefined;
}

/** Keeps every value as the text that the server sent, so that numbers lose no digits. */
export const asText: CustomTypesConfig = { getTypeParser: () => (text: string) => text };

/**
 * Connects, with the settings that make values text of one form. Throws ProjectError for an address that is none,
 * WorkError when the server refuses, and the driver's error when it cannot be reached.
 */
export async function connectPostgres(
  { root, env, signal }: Pick<SourceContext, 'root' | 'env' | 'signal'>,
  place: PostgresPlace,
): Promise<Client> {
  checkAddress(place.postgres);
  const tls = postgresTls(root, env, place);
  let client: Client;
  try {
    client = await open(tls, tls.mode !== 'disable', signal);
  } catch (error) {
    // `prefer` encrypts where the server can.
    if (tls.mode !== 'prefer' || !/does not support SSL/.test(messageOf(error))) throw explained(error, tls);
    client = await open(tls, false, signal).catch((other: unknown) => {
      throw explained(other, tls);
    });
  }
  // A query whose client has disconnected ends within a second. Servers before version 14 do not have the setting.
  await client.query(`SELECT set_config('client_connection_check_interval', '1000', false)`).catch(() => {});
  await client.query(
    `SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1; SET client_encoding = 'UTF8'`,
  );
  return client;
}

async function open({ mode, files, address }: PostgresTls, encrypted: boolean, signal: AbortSignal): Promise<Client> {
  const { default: pg } = await import('pg');
  checkCancelled(signal);
  const isChecked = mode === 'verify-ca' || mode === 'verify-full';
  const client = new pg.Client({
    connectionString: address,
    ssl: encrypted && {
      ...files,
      rejectUnauthorized: isChecked,
      checkServerIdentity: mode === 'verify-full' ? checkServerIdentity : () => undefined,
    },
    connectionTimeoutMillis: 15_000,
    application_name: 'loopwright',
    types: asText,
    keepAlive: true,
  });
  // Later errors are reported by the running query.
  client.on('error', () => {});
  const stop = () => destroy(client);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    return client;
  } catch (error) {
    destroy(client);
    throw signal.aborted ? new CancelledError() : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function checkAddress(address: string): void {
  if (/^postgres(ql)?:\/\//.test(address)) return;
  throw new ProjectError(
    address.startsWith('${env.')
      ? `The environment variable ${address.slice(6, -1)} is not set. Set it to the address of the database, such as postgres://user@host:5432/name.`
      : '`postgres` must be an address such as postgres://user@host:5432/name, from the environment: `${env.DATABASE_URL}`.',
  );
}

/** Ends a connection, without waiting for a server that does not answer. */
export async function leave(client: Client): Promise<void> {
  await Promise.race([
    client.end().catch(() => {}),
    new Promise<void>((resolve) => {
      setTimeout(resolve, 1000).unref();
    }),
  ]);
  destroy(client);
}

export function destroy(client: Client): void {
  (client as unknown as { connection?: { stream?: { destroy?: () => void } } }).connection?.stream?.destroy?.();
}

/**
 * Errors of the network, and of a server that starts, stops or is full, are transient. Others are for the user to fix.
 */
function explained(error: unknown, { mode, paths, address }: PostgresTls): Error {
  if (error instanceof CancelledError || error instanceof ProjectError) return error;
  const refused = (text: string) => new WorkError(text, { cause: error });
  const fault = tlsFault(error, {
    server: 'The PostgreSQL server',
    host: URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : '',
    ca: paths.ca ?? null,
    cert: paths.cert ?? null,
    caKey: '`ca`, or `sslrootcert` in the address',
    certKeys: '`cert` and `key`, or `sslcert` and `sslkey` in the address',
  });
  if (fault !== null) return refused(fault);
  if (/does not support SSL/.test(messageOf(error)))
    return refused(
      `The PostgreSQL server does not encrypt connections, and \`${mode}\` asks for it. Set up TLS on the server, or use \`ssl: disable\` (\`sslmode=disable\` in the address).`,
    );
  const code = codeOf(error);
  if (/^(08|53|57P)/.test(code) || /^E[A-Z]+$/.test(code) || /timeout|terminated/i.test(messageOf(error)))
    return error instanceof Error ? error : new Error(messageOf(error));
  const reason = reasonOf(error);
  const advice = /client certificate/i.test(reason)
    ? ' Name the client certificate with `cert` and `key`, or `sslcert` and `sslkey` in the address.'
    : /no encryption|SSL off/i.test(reason)
      ? ' The server may allow only encrypted connections: use `ssl: require`, or `sslmode=require` in the address.'
      : code.startsWith('28')
        ? ' Correct user and password in the environment variable.'
        : code === '3D000'
          ? ' Correct the name of the database.'
          : '';
  return refused(`PostgreSQL refused the connection: ${reason}.${advice}`);
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
