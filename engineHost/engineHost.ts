import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
} from 'vscode-jsonrpc/node';
import type { EngineMethod, EngineRequests } from '../protocol/engineHost.ts';
import { messageOf } from '../engine/base/errors.ts';
import { projectFileIn } from '../engine/project/findProjects.ts';
import { dataHandlers } from './dataHandlers.ts';
import { saveCard, saveDrift, saveProfile } from '../engine/pages/savePage.ts';
import { startHandlers } from './startHandlers.ts';
import { labelHandlers } from './labelHandlers.ts';
import { watchProject } from './watchProject.ts';
import { runHandlers } from './runHandlers.ts';
import { driftDetail, driftReport } from '../engine/monitoring/driftReport.ts';
import { projectOverview } from '../engine/overview/projectOverview.ts';
import { AskedFiles } from '../engine/project/askedFiles.ts';
import { readLock } from '../engine/fingerprint/lockFile.ts';
import { configFor, loadProject, type Project } from '../engine/project/loadProject.ts';
import { declaredMetrics } from '../engine/project/primaryMetric.ts';
import { diskFiles } from '../engine/project/projectFiles.ts';
import { shownProject } from '../engine/project/shownProject.ts';
import { buildCard } from '../engine/cards/buildCard.ts';
import { promote, rollback } from '../engine/registry/promote.ts';
import { registerRun } from '../engine/registry/registerRun.ts';
import { stageStatuses } from '../engine/runner/stageStatus.ts';
import type { TrackingServer } from '../engine/mlflow/trackingServer.ts';
import { markInterrupted, openStore } from '../engine/tracking/openStore.ts';
import { hasStore, stateFolder, type Store } from '../engine/store/store.ts';

type Handlers = {
  [M in EngineMethod]: (
    params: EngineRequests[M]['params'],
    signal?: AbortSignal,
  ) => EngineRequests[M]['result'] | Promise<EngineRequests[M]['result']>;
};

/**
 * The engine host of a project, or of a folder that may become one: answers the editor's requests over JSON-RPC on
 * standard input and output, and tells it when the store or the files change. Ends when its input does.
 */
export function runService(root: string): Promise<number> {
  const connection = createMessageConnection(
    new StreamMessageReader(process.stdin),
    new StreamMessageWriter(process.stdout),
  );
  let store: Store | null = null;
  let opened: number | null = null;
  const storeNow = () => {
    // A state folder that was thrown away takes its store with it, and one made anew is another.
    const file = statSync(join(root, stateFolder, 'loopwright.db'), { throwIfNoEntry: false })?.ino ?? null;
    if (store && file !== opened) {
      store.sql.close();
      store = null;
    }
    if (!store && file !== null) {
      store = openStore(root);
      opened = file;
    }
    if (store) markInterrupted(store);
    return store;
  };
  const required = () => {
    const found = storeNow();
    if (!found) throw new Error('Nothing was run yet, so there is nothing to show.');
    return found;
  };
  // A program that logs makes the store, if nothing did before.
  const storeMade = () => {
    if (!hasStore(root)) openStore(root).sql.close();
    return required();
  };
  let tracking: Promise<TrackingServer> | null = null;
  // Runs whose program died are told within seconds, also when nobody asks.
  const watchRuns = setInterval(() => {
    try {
      storeNow();
    } catch {
      /* Busy or broken: whoever asks next is told. */
    }
  }, 4000);
  watchRuns.unref();
  // Reading the files anew takes milliseconds and is never stale.
  // The overview depends on the files that it asked for, so these are watched.
  const asked = new AskedFiles(diskFiles(root));
  const project = (): Project => loadProject(root, asked);
  // While the file cannot be used, views show its last good state.
  const shown = (): Project => shownProject(project(), storeNow()).project;
  const config = () => configFor(shown(), 'default');
  const placeNow = () => {
    const now = shown();
    return { project: now, config: now.readable?.config ?? null, store: storeNow(), folder: root };
  };
  const data = dataHandlers(() =>
    projectFileIn(root) !== null ? placeNow() : { project: null, config: null, store: null, folder: root },
  );
  const start = startHandlers(root);
  const handlers: Handlers = {
    'project/overview': () => {
      asked.clear();
      const overview = projectOverview(project(), storeNow());
      // Whether a stage is fresh depends on what it read and wrote as well.
      const locked = Object.values(readLock(root)).flatMap(({ deps, outs }) => [
        ...Object.keys(deps),
        ...Object.keys(outs),
      ]);
      watching.follow(new Set([...asked.paths, ...locked]));
      // A folder without a project is no project whose file is broken.
      return projectFileIn(root) === null ? { ...overview, problem: null } : overview;
    },
    'stages/status': () => stageStatuses(shown(), storeNow()),
    ...runHandlers(storeNow, required, (experiment) => declaredMetrics(shown(), experiment)),
    'tracking/endpoint': async () => {
      tracking ??= startEndpoint(root, storeMade);
      try {
        const { uri, token } = await tracking;
        return { uri, token };
      } catch (error) {
        // Whoever asks next tries again.
        tracking = null;
        throw error;
      }
    },
    'models/card': ({ version }) => buildCard(required(), config(), version),
    'models/promote': ({ version }) => promote(required(), config().project, version, 'promoted by hand'),
    'models/register': ({ runId }) => registerRun(required(), config().project, runId),
    'models/rollback': () => rollback(required(), config().project),
    'pages/save': async ({ page, path }, signal) => {
      if (page.of === 'card') saveCard(required(), config(), page.version, path);
      else if (page.of === 'drift') await saveDrift(required(), config(), page.monitor, path, signal);
      else saveProfile(await data['data/profile'](page), await data['data/relations'](page), path);
      return null;
    },
    'drift/report': ({ monitor }) => driftReport(required(), config(), monitor),
    ...data,
    ...labelHandlers(placeNow),
    ...start.handlers,
    'drift/detail': ({ monitor, windowId, column }) => driftDetail(required(), config(), monitor, windowId, column),
  };
  for (const [method, handler] of Object.entries(handlers)) {
    connection.onRequest(method, async (params: never, token: CancellationToken) => {
      const stop = new AbortController();
      // One that was taken back while it waited tells nobody any more.
      if (token.isCancellationRequested) stop.abort();
      token.onCancellationRequested(() => stop.abort());
      try {
        return await (handler as (params: never, signal: AbortSignal) => unknown)(params, stop.signal);
      } catch (error) {
        throw new ResponseError(-32000, messageOf(error));
      }
    });
  }
  const watching = watchProject(
    root,
    (reason) => void connection.sendNotification('store/changed', { reason }).catch(() => {}),
  );
  return new Promise((resolve) => {
    connection.onClose(() => {
      watching.close();
      clearInterval(watchRuns);
      start.close();
      void tracking?.then((server) => server.close());
      store?.sql.close();
      resolve(0);
    });
    connection.listen();
  });
}

/**
 * The endpoint for programs in terminals, at its place of before when that is free. Where it is, is noted once somebody
 * logs there.
 */
async function startEndpoint(root: string, store: () => Store): Promise<TrackingServer> {
  const { startTracking } = await import('../engine/mlflow/trackingServer.ts');
  const { knownPlace, notePlace } = await import('../engine/mlflow/endpointPlace.ts');
  const known = knownPlace(root);
  if (known) return takePlace(known, (place) => startTracking({ store, ...place }));
  let isNoted = false;
  const server: TrackingServer = await startTracking({
    store: () => {
      const found = store();
      if (!isNoted) notePlace(root, { port: Number(new URL(server.uri).port), token: server.token });
      isNoted = true;
      return found;
    },
  });
  return server;
}

/**
 * At its place, which the process before may be about to leave; else, as another window of the project holds it, at
 * another with the same token.
 */
async function takePlace<T>(
  place: { port: number; token: string },
  start: (place: { port?: number; token: string }) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; attempt < 8; attempt++) {
    try {
      return await start(place);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  return start({ token: place.token });
}
