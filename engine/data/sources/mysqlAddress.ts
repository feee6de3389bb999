import { ProjectError } from '../../base/errors.ts';

/** How a connection is encrypted, as the clients of MySQL name it. */
export type TlsMode = 'disabled' | 'preferred' | 'required' | 'verify-ca' | 'verify-identity';

/** Parts of an address such as `mysql://user:password@host:3306/name?ssl-mode=required`. */
export interface MysqlAddress {
  host: string;
  port: number;
  user: string;
  password: string | null;
  database: string;
  /** Path of a Unix socket, used instead of host and port. */
  socket: string | null;
  tls: TlsMode;
  /** Paths of certificate files, as written. */
  ca: string | null;
  cert: string | null;
  key: string | null;
}

// A password can contain every character, so the host starts after the last @ before it.
const form = /^(?:mysql|mariadb):\/\/(?:(.*)@)?(\[[^\]]*\]|[^/?:@]*)(?::(\d*))?(?:\/([^?]*))?(?:\?(.*))?$/is;

const modes: Record<string, TlsMode> = {
  disabled: 'disabled',
  disable: 'disabled',
  false: 'disabled',
  '0': 'disabled',
  preferred: 'preferred',
  prefer: 'preferred',
  required: 'required',
  require: 'required',
  true: 'required',
  '1': 'required',
  'skip-verify': 'required',
  'verify-ca': 'verify-ca',
  'verify-identity': 'verify-identity',
  'verify-full': 'verify-identity',
};

const names = {
  mode: ['ssl-mode', 'sslmode', 'ssl', 'tls', 'usessl'],
  ca: ['ssl-ca', 'sslca', 'sslrootcert'],
  cert: ['ssl-cert', 'sslcert'],
  key: ['ssl-key', 'sslkey'],
  socket: ['socket', 'unix-socket', 'socketpath'],
};

/** Returns the parts of an address. Throws ProjectError, without the address, when it has another form. */
export function mysqlAddress(address: string): MysqlAddress {
  const match = form.exec(address.trim());
  if (!match) throw new ProjectError(wrongForm(address));
  const [, login = '', host = '', port = '', database = '', query = ''] = match;
  const [user = '', ...password] = login.split(':');
  const parameters = new Map(
    [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase().replaceAll('_', '-'), value]),
  );
  const given = (kind: keyof typeof names) =>
    names[kind].map((name) => parameters.get(name)).find((value) => value !== undefined && value !== '') ?? null;
  return {
    host: host.replace(/^\[|\]$/g, '') || 'localhost',
    port: port === '' ? 3306 : Number(port),
    user: decoded(user),
    password: password.length === 0 ? null : decoded(password.join(':')),
    database: decoded(database),
    socket: given('socket'),
    tls: tlsMode(given('mode'), given('ca') !== null),
    ca: given('ca'),
    cert: given('cert'),
    key: given('key'),
  };
}

/** Returns host and database of an address for display, without user, password and parameters. */
export function mysqlPlace(address: string): string {
  if (!form.test(address.trim())) return 'mysql';
  const { host, port, database, socket } = mysqlAddress(address);
  const shown = host.includes(':') ? `[${host}]` : host;
  return `mysql://${socket ?? `${shown}${port === 3306 ? '' : `:${port}`}`}/${database}`;
}

function tlsMode(mode: string | null, hasCa: boolean): TlsMode {
  if (mode === null) return hasCa ? 'verify-ca' : 'preferred';
  const known = modes[mode.toLowerCase().replaceAll('_', '-')];
  if (known === undefined)
    throw new ProjectError(
      `The address of the database has \`ssl-mode=${mode}\`, which is not a mode. Use disabled, preferred, required, verify-ca or verify-identity.`,
    );
  return known;
}

function wrongForm(address: string): string {
  if (address.startsWith('${env.'))
    return `The environment variable ${address.slice(6, -1)} is not set. Set it to the address of the database, such as mysql://user@host:3306/name.`;
  const scheme = /^(jdbc:)?[a-z][a-z0-9]*(?:\+[a-z0-9]*)?(?=:)/i.exec(address.trim())?.[0];
  const advice =
    scheme === undefined
      ? ''
      : scheme.startsWith('jdbc:')
        ? ' Leave out `jdbc:`, and write user and password before the host.'
        : scheme.includes('+')
          ? ` Leave out \`+${scheme.split('+')[1]}\`, or use it as \`python:\` instead of \`mysql:\`.`
          : ` It starts with \`${scheme}:\`.`;
  return `\`mysql\` must be an address such as mysql://user@host:3306/name, from the environment: \`\${env.MYSQL_URL}\`.${advice}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
