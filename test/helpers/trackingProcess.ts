import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { entryOf } from './entryOf.ts';

export interface TrackingProcess {
  uri: string;
  token: string;
  child: ChildProcess;
  /** One call of the protocol: a body makes it a POST. */
  call(path: string, body?: unknown, method?: string): Promise<{ status: number; body: Record<string, never> }>;
  stop(): Promise<void>;
}

const entry = entryOf('dist/cli.cjs', 'cli/main.ts');

/** `loopwright track --json` for a project, as a process of its own. */
export async function trackingProcess(root: string): Promise<TrackingProcess> {
  const child = spawn(process.execPath, [entry, 'track', '--json', '--port', '0', '--project', root], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => ''),
  ]);
  if (first === '') throw new Error(`loopwright track ended: ${said}`);
  const { uri, token } = JSON.parse(first) as { uri: string; token: string };
  return {
    uri,
    token,
    child,
    async call(path, body, method = body === undefined ? 'GET' : 'POST') {
      const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, never> };
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
