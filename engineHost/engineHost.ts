import {
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
} from 'vscode-jsonrpc/node';
import { messageOf } from '../engine/base/errors.ts';
import { declaredMetrics } from '../engine/project/primaryMetric.ts';
import { dataHandlers } from './dataHandlers.ts';
import { driftHandlers } from './driftHandlers.ts';
import { gateHandlers } from './gateHandlers.ts';
import type { Handlers } from './handlers.ts';
import { HostProject } from './hostProject.ts';
import { HostStore } from './hostStore.ts';
import { labelHandlers } from './labelHandlers.ts';
import { modelHandlers } from './modelHandlers.ts';
import { pageHandlers } from './pageHandlers.ts';
import { projectHandlers } from './projectHandlers.ts';
import { runHandlers } from './runHandlers.ts';
import { sourceHandlers } from './sourceHandlers.ts';
import { startHandlers } from './startHandlers.ts';
import { trackingHandlers } from './trackingHandlers.ts';
import { watchProject } from './watchProject.ts';

/**
 * Serves a project, or a folder that may become one: answers the editor's requests over JSON-RPC on standard input and
 * output, and notifies it when the store or the files change. Resolves with an exit code when standard input ends.
 */
export function runEngineHost(root: string): Promise<number> {
  const connection = createMessageConnection(
    new StreamMessageReader(process.stdin),
    new StreamMessageWriter(process.stdout),
  );
  const watching = watchProject(
    root,
    (reason) => void connection.sendNotification('store/changed', { reason }).catch(() => {}),
  );
  const store = new HostStore(root);
  const project = new HostProject(root, store);
  const data = dataHandlers(() => project.placeOrFolder());
  const start = startHandlers(root);
  const sources = sourceHandlers(root);
  const tracking = trackingHandlers(root, store);
  const handlers: Handlers = {
    ...projectHandlers(store, project, (paths) => watching.follow(paths)),
    ...runHandlers(
      () => store.current(),
      () => store.required(),
      (experiment) => declaredMetrics(project.shown(), experiment),
    ),
    ...tracking.handlers,
    ...modelHandlers(store, project),
    ...gateHandlers(store, project),
    ...driftHandlers(store, project),
    ...pageHandlers(store, project, data),
    ...data,
    ...labelHandlers(() => project.place()),
    ...start.handlers,
    ...sources.handlers,
  };
  for (const [method, handler] of Object.entries(handlers)) {
    connection.onRequest(method, async (params: never, token: CancellationToken) => {
      const stop = new AbortController();
      // The token may be cancelled before a listener is there.
      if (token.isCancellationRequested) stop.abort();
      token.onCancellationRequested(() => stop.abort());
      try {
        return await (handler as (params: never, signal: AbortSignal) => unknown)(params, stop.signal);
      } catch (error) {
        throw new ResponseError(-32000, messageOf(error));
      }
    });
  }
  return new Promise((resolve) => {
    connection.onClose(() => {
      watching.close();
      start.close();
      sources.close();
      tracking.close();
      store.dispose();
      resolve(0);
    });
    connection.listen();
  });
}
