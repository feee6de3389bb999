import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createConnection, type Connection } from 'mysql2';
import { freePort } from './postgres.ts';
import { until } from './until.ts';

/** Where a program of MariaDB is, or null. Debian keeps the server out of the path of users. */
function programAt(name: string): string | null {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` },
  }).stdout.trim();
  return found !== '' && existsSync(found) ? found : null;
}

const server = programAt('mariadbd');
const install = programAt('mariadb-install-db');

/** Why tests with a server are skipped here; false when they are not. CI has one, so there they fail. */
export const withoutMariadb =
  (server === null || install === null) && !process.env['CI']
    ? 'no MariaDB server is installed here (Debian: apt-get install mariadb-server-core)'
    : false;

export interface MariadbServer {
  /** `mysql://…` of a user who may do everything in the database `shop`. */
  url: string;
  port: number;
  socket: string;
  /** Runs statements in order, as the user root. Gives the rows of the last one. */
  query(...statements: string[]): Promise<Record<string, unknown>[]>;
  /** Ends the server as a crash would, and starts it again. */
  crash(): Promise<void>;
  /** With more options, such as `--ssl-cert=…`. */
  start(more?: readonly string[]): Promise<void>;
  /** Who the server runs as, when not as this process. */
  owner: { uid: number; gid: number } | null;
}

/** Starts a server of its own in a temporary folder, stopped and removed after the tests of the file. */
export async function startMariadb(options: readonly string[] = []): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-mariadb-'));
  const user = process.getuid?.() === 0 ? otherUser() : null;
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const socket = join(folder, 's');
  execFileSync(
    install ?? 'mariadb-install-db',
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const port = await freePort();
  let running: ReturnType<typeof spawn> | null = null;
  const ask = async (database: string, statements: readonly string[]) => {
    const connection = createConnection({
      socketPath: socket,
      user: 'root',
      database,
      timezone: 'Z',
      charset: 'utf8mb4',
    });
    connection.on('error', () => {});
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = await asked(connection, statement);
      return rows;
    } finally {
      connection.destroy();
    }
  };
  const start = async (more: readonly string[] = []) => {
    running = spawn(
      server ?? 'mariadbd',
      [
        '--no-defaults',
        `--datadir=${data}`,
        `--socket=${socket}`,
        `--port=${port}`,
        `--pid-file=${join(folder, 'pid')}`,
        '--bind-address=127.0.0.1',
        '--innodb-flush-log-at-trx-commit=0',
        '--innodb-buffer-pool-size=64M',
        '--performance-schema=off',
        ...options,
        ...more,
      ],
      { ...user, cwd: folder, stdio: 'ignore' },
    );
    await until(
      'MariaDB answers',
      () =>
        ask('mysql', ['SELECT 1']).then(
          () => true,
          () => false,
        ),
      60_000,
    );
  };
  const stop = async () => {
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  await ask('mysql', [
    'CREATE DATABASE shop CHARACTER SET utf8mb4',
    `CREATE USER ada@'%' IDENTIFIED BY 's3cr3t-pass'`,
    `GRANT ALL ON *.* TO ada@'%'`,
  ]);
  after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    url: `mysql://ada:s3cr3t-pass@127.0.0.1:${port}/shop`,
    port,
    socket,
    query: (...statements) => ask('shop', statements),
    start,
    crash: stop,
    owner: user,
  };
}

function asked(connection: Connection, statement: string): Promise<Record<string, unknown>[]> {
  return new Promise((done, fail) => {
    connection.query<never>(statement, (error, rows: unknown) => {
      if (error) fail(error);
      else done(Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []);
    });
  });
}

function otherUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, 'mysql'], { encoding: 'utf8' }).stdout.trim() || 65_534);
  return { uid: id('-u'), gid: id('-g') };
}
