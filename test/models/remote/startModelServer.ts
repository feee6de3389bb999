import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { until } from '../../helpers/until.ts';

export interface StartedServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts a program that serves a model, and waits until it answers `path` with 200. */
export async function startModelServer(
  program: string,
  args: (port: number) => string[],
  { cwd, path, env = () => ({}) }: { cwd: string; path: string; env?: (port: number) => Record<string, string> },
): Promise<StartedServer> {
  const port = await freePort();
  // Into a file: a pipe that nobody reads while a test waits for a program would stop the server.
  const log = join(cwd, `server-${port}.log`);
  const errors = openSync(log, 'w');
  const child = spawn(program, args(port), {
    cwd,
    // A group of its own: some servers start workers, which end with it.
    detached: true,
    stdio: ['ignore', 'ignore', errors],
    env: { ...process.env, PATH: `${dirname(program)}:${process.env['PATH']}`, ...env(port) },
  });
  closeSync(errors);
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await until(
    `${args(port).join(' ')} answers`,
    async () => {
      if (child.exitCode !== null) throw new Error(readFileSync(log, 'utf8').slice(-4000));
      return fetch(`${url}${path}`).then(
        ({ status }) => status === 200,
        () => false,
      );
    },
    180_000,
  );
  return {
    url,
    async stop() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

/**
 * Starts the server that `mlflow models serve --env-manager local` starts for a model of a folder, without the program
 * before it, which takes as long as the server to start and then only waits.
 */
export function startMlflowModel(python: string, folder: string, model: string): Promise<StartedServer> {
  const app = 'mlflow.pyfunc.scoring_server.app:app';
  return startModelServer(
    python,
    (port) => ['-m', 'uvicorn', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', app],
    { cwd: folder, path: '/ping', env: () => ({ __pyfunc_model_path__: join(folder, model) }) },
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
