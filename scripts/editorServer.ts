import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { CodeServer } from './codeServer.ts';

export interface EditorServer {
  /** Everything the server starts is below this process. */
  pid: number;
  origin: string;
  port: number;
  /** Everything the server wrote. */
  log(): string;
  stop(): Promise<void>;
}

export interface EditorServerOptions {
  code: CodeServer;
  /** Data, extensions and logs of this server; nothing outside is touched. */
  data: string;
  trust: boolean;
  /** Laid over the environment of this process. */
  env?: Record<string, string>;
}

/** Starts the VS Code server on a free port of this machine only. */
export async function startEditorServer({ code, data, trust, env = {} }: EditorServerOptions): Promise<EditorServer> {
  const port = await freePort();
  const args = [
    code.main,
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--without-connection-token',
    '--accept-server-license-terms',
    '--server-data-dir',
    data,
    '--disable-telemetry',
    '--disable-experiments',
    '--enable-smoke-test-driver',
  ];
  if (trust) args.push('--disable-workspace-trust');
  // Its own group, so that the extension hosts it starts end with it.
  const child = spawn(code.node, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env, NODE_OPTIONS: '' },
  });
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => lines.push(text));
  await ready(child, lines);
  return {
    pid: child.pid ?? 0,
    origin: `http://127.0.0.1:${port}`,
    port,
    log: () => lines.join(''),
    stop: () => stop(child),
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('No free port.')),
      );
    });
  });
}

function ready(child: ChildProcess, lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The VS Code server did not start in 60 s.\n${lines.join('')}`)),
      60_000,
    );
    child.once('exit', (code) =>
      reject(new Error(`The VS Code server ended with ${code ?? 'a signal'}.\n${lines.join('')}`)),
    );
    child.stdout?.on('data', () => {
      if (!/available at|listening on/i.test(lines.join(''))) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.pid === undefined) return resolve();
    const { pid } = child;
    const hard = setTimeout(() => signal(pid, 'SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(hard);
      resolve();
    });
    signal(pid, 'SIGTERM');
  });
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, name);
  } catch {
    // It ended between the question and the signal.
  }
}
