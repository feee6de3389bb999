import { setTimeout as wait } from 'node:timers/promises';
import type { TrackingServer } from '../engine/mlflow/trackingServer.ts';
import type { AreaHandlers } from './handlers.ts';
import type { HostStore } from './hostStore.ts';

/** How often the known port is tried: the process before may be about to release it. */
const attempts = 8;
const attemptInterval = 250;

/** Requests about the MLflow endpoint. The server starts with the first of them. */
export function trackingHandlers(
  root: string,
  store: HostStore,
): { handlers: AreaHandlers<'tracking'>; close: () => void } {
  let tracking: Promise<TrackingServer> | null = null;
  return {
    handlers: {
      'tracking/endpoint': async () => {
        tracking ??= startEndpoint(root, store);
        try {
          const { uri, token } = await tracking;
          return { uri, token };
        } catch (error) {
          // The next request tries again.
          tracking = null;
          throw error;
        }
      },
    },
    close: () => void tracking?.then((server) => server.close()).catch(() => {}),
  };
}

/**
 * Starts the server on its known port and token. A project without them gets new ones, which are written down when the
 * first program logs.
 */
async function startEndpoint(root: string, store: HostStore): Promise<TrackingServer> {
  const { startTracking } = await import('../engine/mlflow/trackingServer.ts');
  const { knownPlace, notePlace } = await import('../engine/mlflow/endpointPlace.ts');
  const known = knownPlace(root);
  if (known) return startAtPlace(known, (place) => startTracking({ store: () => store.created(), ...place }));
  let isNoted = false;
  const server: TrackingServer = await startTracking({
    store: () => {
      const found = store.created();
      if (!isNoted) notePlace(root, { port: Number(new URL(server.uri).port), token: server.token });
      isNoted = true;
      return found;
    },
  });
  return server;
}

/** Falls back to another port with the same token, as when another window of the project holds this one. */
async function startAtPlace<T>(
  place: { port: number; token: string },
  start: (place: { port?: number; token: string }) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      return await start(place);
    } catch {
      await wait(attemptInterval);
    }
  }
  return start({ token: place.token });
}
