import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import pg from 'pg';
import { until } from './until.ts';

/**
 * Where the programs of a PostgreSQL server are, or null when there is none on this machine. Debian keeps them out of
 * the path.
 */
const programs = ((): string | null => {
  const found =
    globSync('/usr/lib/postgresql/*/bin/initdb').toSorted().at(-1) ??
    spawnSync('sh', ['-c', 'command -v initdb'], { encoding: 'utf8' }).stdout.trim();
  return found !== '' && existsSync(found) ? dirname(found) : null;
})();

/** Why tests with a server are skipped here; false when they are not. */
export const withoutPostgres =
  programs === null ? 'no PostgreSQL server is installed here (Debian: apt-get install postgresql)' : false;

export interface PostgresServer {
  /** `postgres://…` of a user who may do everything. */
  url: string;
  port: number;
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  /** Ends the server as a crash would, and starts it again. */
  crash(): Promise<void>;
  /** With settings such as `ssl=on`. */
  start(settings?: readonly string[]): Promise<void>;
  /** Who the server runs as, when not as this process. */
  owner: { uid: number; gid: number } | null;
}

/** Starts a server of its own in a temporary folder, stopped and removed after the tests of the file. */
export async function startPostgres(): Promise<PostgresServer> {
  const { stop, ...server } = await runPostgres();
  after(stop);
  return server;
}

/**
 * Starts a server of its own in a temporary folder; `stop` ends it and removes the folder. The server refuses to run as
 * root, so it runs as another user then.
 */
export async function runPostgres(): Promise<PostgresServer & { stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-postgres-'));
  const user = process.getuid?.() === 0 ? otherUser() : null;
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  execFileSync(
    join(programs ?? '', 'initdb'),
    ['-D', data, '-U', 'ada', '--auth=trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const port = await freePort();
  const url = `postgres://ada:s3cr3t-pass@127.0.0.1:${port}/postgres`;
  let server: ReturnType<typeof spawn> | null = null;
  const query = async (sql: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await client.query(sql, values);
    } finally {
      await client.end();
    }
  };
  const start = async (settings: readonly string[] = []) => {
    server = spawn(
      join(programs ?? '', 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(port),
        '-k',
        folder,
        '-h',
        '127.0.0.1',
        '-F',
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      { ...user, cwd: folder, stdio: 'ignore' },
    );
    await until(
      'PostgreSQL answers',
      () =>
        query('SELECT 1').then(
          () => true,
          () => false,
        ),
      60_000,
    );
  };
  const stop = async (signal: NodeJS.Signals) => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  await start();
  return {
    url,
    port,
    query,
    start,
    crash: () => stop('SIGQUIT'),
    owner: user,
    stop: async () => {
      await stop('SIGQUIT');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function otherUser(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim() || 65_534);
  return { uid: id('-u'), gid: id('-g') };
}

/** A port that was free just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
