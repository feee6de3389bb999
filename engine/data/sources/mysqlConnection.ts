import type { Socket } from 'node:net';
import type { Connection, SslOptions } from 'mysql2';
import { CancelledError, ProjectError, WorkError, messageOf } from '../../base/errors.ts';
import { mysqlAddress, type MysqlAddress, type TlsMode } from './mysqlAddress.ts';
import type { MysqlField } from './mysqlColumns.ts';
import { reasonOf } from './retry.ts';
import type { SourceContext } from './source.ts';
import { tlsFault } from './tls/tlsFault.ts';
import { tlsFiles, type TlsFiles, type TlsPaths } from './tls/tlsFiles.ts';

/** Where a database is, and how it is reached. */
export interface MysqlPlace extends TlsPaths {
  mysql: string;
  ssl?: TlsMode | undefined;
}

/** Settings of the session. A wait for a lock ends before the default of a day, and long results are not cut off. */
const settings = [
  'SET NAMES utf8mb4',
  `SET SESSION time_zone = '+00:00'`,
  'SET SESSION lock_wait_timeout = LEAST(@@GLOBAL.lock_wait_timeout, 30)',
  'SET SESSION net_write_timeout = 3600',
  'SET SESSION group_concat_max_len = 4294967295',
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
];

/**
 * Connects to the database of an address and prepares the session. Throws ProjectError for a wrong address, WorkError
 * when the server refuses, and the driver's error when it cannot be reached.
 */
export async function connectMysql(
  { root, env }: Pick<SourceContext, 'root' | 'env'>,
  place: MysqlPlace,
): Promise<Connection> {
  const parts = partsOf(place);
  const encrypted = parts.tls !== 'disabled' && parts.socket === null;
  const files = encrypted ? tlsFiles(root, env, { ...parts, key_password_env: place.key_password_env }) : null;
  const password = parts.password ?? env['MYSQL_PWD'] ?? '';
  let connection: Connection;
  try {
    connection = await open(parts, password, files);
  } catch (error) {
    // `preferred` encrypts where the server can.
    if (parts.tls !== 'preferred' || codeOf(error) !== 'HANDSHAKE_NO_SSL_SUPPORT')
      throw explainConnection(error, parts);
    connection = await open(parts, password, null).catch((other: unknown) => {
      throw explainConnection(other, parts);
    });
  }
  try {
    for (const setting of settings) await ask(connection, setting);
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function open(parts: MysqlAddress, password: string, files: TlsFiles | null): Promise<Connection> {
  const { createConnection } = await import('mysql2');
  const connection = createConnection({
    ...(parts.socket === null ? { host: parts.host, port: parts.port } : { socketPath: parts.socket }),
    user: parts.user,
    password,
    ...(parts.database === '' ? {} : { database: parts.database }),
    ...(files ? { ssl: tlsOptions(parts, files) } : {}),
    charset: 'utf8mb4_general_ci',
    connectTimeout: 15_000,
    enableKeepAlive: true,
    multipleStatements: false,
    // The server may not ask for files of this machine, and function names keep their meaning.
    flags: ['-LOCAL_FILES', '-IGNORE_SPACE'],
    connectAttributes: { program_name: 'loopwright' },
    // Every value arrives as its bytes, so that numbers lose no digits.
    rowsAsArray: true,
    typeCast: false as unknown as boolean,
  });
  // Later errors are reported by the running query.
  connection.on('error', () => {});
  // Without a name, the driver compares the certificate of an IP address with `localhost`.
  if (files) Object.assign((connection as unknown as { stream: Socket }).stream, { _host: parts.host });
  await whileOpen<void>(connection, (done, fail) => {
    connection.connect((error) => {
      if (error) fail(error);
      else done();
    });
  }).catch((error: unknown) => {
    connection.destroy();
    throw error;
  });
  return connection;
}

/** The keys of a source come before the parameters of its address. */
function partsOf({ mysql, ssl, ca, cert, key }: MysqlPlace): MysqlAddress {
  const parts = mysqlAddress(mysql);
  return {
    ...parts,
    ca: ca ?? parts.ca,
    cert: cert ?? parts.cert,
    key: key ?? parts.key,
    // A named authority is never ignored.
    tls: ssl ?? (ca !== undefined && parts.tls === 'preferred' ? 'verify-ca' : parts.tls),
  };
}

function tlsOptions({ tls }: MysqlAddress, files: TlsFiles): SslOptions {
  return {
    ...files,
    rejectUnauthorized: tls === 'verify-ca' || tls === 'verify-identity',
    verifyIdentity: tls === 'verify-identity',
  };
}

/** Rejects when the connection ends first: the driver tells that to the connection and not to a query that streams. */
async function whileOpen<T>(
  connection: Connection,
  start: (done: (value: T) => void, fail: (error: unknown) => void) => void,
): Promise<T> {
  const { stream } = connection as unknown as { stream: Socket };
  let tell = () => {};
  let told: (error: unknown) => void = tell;
  try {
    return await new Promise<T>((done, fail) => {
      told = fail;
      tell = () => {
        fail(Object.assign(new Error('the server closed the connection'), { code: 'PROTOCOL_CONNECTION_LOST' }));
      };
      connection.on('error', fail);
      stream.on('close', tell);
      if (stream.destroyed) tell();
      start(done, fail);
    });
  } finally {
    stream.off('close', tell);
    connection.off('error', told);
  }
}

/** Runs a statement with a small result, and returns the bytes of each value; NULL is null. */
export function rowsOf(connection: Connection, sql: string): Promise<(Buffer | null)[][]> {
  return whileOpen(connection, (done, fail) => {
    connection.query<never>(sql, (error, rows: unknown) => {
      if (error) fail(error);
      else done(Array.isArray(rows) ? (rows as (Buffer | null)[][]) : []);
    });
  });
}

/** Runs a statement with a small result. Each value is a text; NULL is null. */
export async function ask(connection: Connection, sql: string): Promise<(string | null)[][]> {
  return (await rowsOf(connection, sql)).map((row) => row.map((value) => value?.toString('utf8') ?? null));
}

/** Returns the columns of a query without running it. A statement without a result has none. */
export function describeMysql(connection: Connection, sql: string): Promise<MysqlField[]> {
  return whileOpen(connection, (done, fail) => {
    connection.prepare(sql, (error, statement) => {
      if (error) {
        fail(error);
        return;
      }
      const { columns } = statement as unknown as { columns: MysqlField[] };
      statement.close();
      done(columns);
    });
  });
}

/**
 * Reads the rows of a query in batches. The connection is paused while `visit` handles a batch, so that memory holds
 * one batch.
 */
export function eachMysqlBatch<Row>(
  connection: Connection,
  sql: string,
  read: (row: (Buffer | null)[]) => Row,
  size: () => number,
  visit: (rows: Row[]) => Promise<void>,
): Promise<void> {
  return whileOpen<void>(connection, (done, fail) => {
    let rows: Row[] = [];
    let wanted = size();
    const command = connection.query(sql);
    command.on('error', fail);
    command.on('result', (row: unknown) => {
      rows.push(read(row as (Buffer | null)[]));
      if (rows.length < wanted) return;
      const batch = rows;
      rows = [];
      connection.pause();
      visit(batch).then(() => {
        wanted = size();
        connection.resume();
      }, fail);
    });
    command.on('end', () => {
      (rows.length > 0 ? visit(rows) : Promise.resolve()).then(done, fail);
    });
  });
}

/** Ends the running query on the server. Closing a connection alone does not end a query that sends nothing. */
export async function killMysqlQuery(
  context: Pick<SourceContext, 'root' | 'env'>,
  place: MysqlPlace,
  connection: Connection,
): Promise<void> {
  const { threadId } = connection;
  try {
    const other = await connectMysql(context, place);
    await ask(other, `KILL QUERY ${Number(threadId)}`).catch(() => {});
    other.destroy();
  } finally {
    connection.destroy();
  }
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Errors of the network, and of a server that starts, stops or is full, pass. Others are for the user to fix. */
export function isPassing(error: unknown): boolean {
  const { errno } = error as { errno?: number };
  const code = codeOf(error);
  return (
    /^E[A-Z]+$/.test(code) ||
    /^PROTOCOL_(CONNECTION_LOST|SEQUENCE_TIMEOUT|PACKETS_OUT_OF_ORDER)/.test(code) ||
    [1040, 1053, 1077, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1213, 1927, 2006, 2013, 3032].includes(
      errno ?? 0,
    )
  );
}

function explainConnection(error: unknown, { user, host, database, tls, ca, cert }: MysqlAddress): Error {
  if (error instanceof CancelledError || error instanceof ProjectError) return error;
  const code = codeOf(error);
  const fault = tlsFault(error, {
    server: 'The MySQL server',
    host,
    ca,
    cert,
    caKey: '`ca`, or `ssl-ca` in the address',
    certKeys: '`cert` and `key`, or `ssl-cert` and `ssl-key` in the address',
  });
  if (fault !== null) return new WorkError(fault, { cause: error });
  if (isPassing(error)) return error instanceof Error ? error : new Error(messageOf(error));
  const refused = (text: string) => new WorkError(text, { cause: error });
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return refused(
      `The MySQL server does not encrypt connections, and \`${tls}\` asks for it. Set up TLS on the server, or use \`ssl: disabled\` (\`ssl-mode=disabled\` in the address).`,
    );
  if (code === 'HANDSHAKE_SSL_ERROR') return refused(`The connection with TLS failed: ${reasonOf(error)}.`);
  const plugin = /unknown plugin ([\w-]+)/i.exec(messageOf(error))?.[1];
  if (plugin !== undefined)
    return refused(
      `The MySQL server asks user \`${user}\` to log in with \`${plugin}\`, which is not supported here. Use a user with mysql_native_password or caching_sha2_password, or read with \`python:\`.`,
    );
  const advice: Record<string, string> = {
    ER_ACCESS_DENIED_ERROR: ' Correct user and password in the environment variable.',
    ER_DBACCESS_DENIED_ERROR: ` Grant the user access to \`${database}\`, or correct the name of the database.`,
    ER_BAD_DB_ERROR: ' Correct the name of the database.',
    ER_HOST_NOT_PRIVILEGED: ' Allow this host on the server.',
    ER_MUST_CHANGE_PASSWORD: ' Change the password with a client of MySQL.',
  };
  return refused(`The MySQL server refused the connection: ${reasonOf(error)}.${advice[code] ?? ''}`);
}
