import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { EngineMethod } from '../../protocol/engineHost.ts';

/** The bundled engine host for a project or a folder, as the editor starts it. */
export function startHost(
  root: string,
  kind: 'project' | 'folder' = 'project',
): { ask(method: EngineMethod, params: unknown): Promise<unknown>; stop(): void } {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../dist/cli.cjs'), 'service', `--${kind}`, root],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  return {
    ask: (method, params) => connection.sendRequest(method, params),
    stop: () => {
      connection.dispose();
      child.stdin.end();
      child.kill();
    },
  };
}
