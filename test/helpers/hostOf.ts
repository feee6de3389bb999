import assert from 'node:assert/strict';
import { after } from 'node:test';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { EngineMethod, EngineNotifications, EngineRequests } from '../../protocol/engineHost.ts';
import { startCli, type RunningCli } from './runCli.ts';

/** A running engine host. `changes` holds the reasons of the changes that it reported. */
export interface Host {
  ask<M extends EngineMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']>;
  changes: string[];
  connection: MessageConnection;
  running: RunningCli;
}

/** True for an error whose message matches. */
export const refused = (about: RegExp) => (error: unknown) => error instanceof Error && about.test(error.message);

/** Starts the engine host of a project; it ends with the tests of the file. */
export function hostOf(root: string): Host {
  const running = startCli(['service', '--project', root], { cwd: '/' });
  const { stdin, stdout } = running.child;
  assert.ok(stdin && stdout);
  const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
  const changes: string[] = [];
  connection.onNotification(
    'store/changed',
    ({ reason }: EngineNotifications['store/changed']) => void changes.push(reason),
  );
  connection.listen();
  after(() => {
    connection.dispose();
    stdin.end();
    running.child.kill();
  });
  return {
    ask: async <M extends EngineMethod>(method: M, params: EngineRequests[M]['params']) =>
      (await connection.sendRequest(method, params as object)) as EngineRequests[M]['result'],
    changes,
    connection,
    running,
  };
}
