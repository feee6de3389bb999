import { actorOf } from '../registry/audit.ts';
import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { foreignHost } from '../http/foreignHost.ts';
import { sentOnce } from '../http/sentOnce.ts';
import { listen } from '../http/listen.ts';
import { sameSecret } from '../http/sameSecret.ts';
import { promote } from '../registry/promote.ts';
import { markInterrupted } from '../tracking/openStore.ts';
import { type Store } from '../store/store.ts';
import { artifactFile, listFolder, listRunArtifacts } from './artifactFiles.ts';
import { addArtifacts, addFiles } from './artifactRoutes.ts';
import { clientProcess, clientProcessLater } from './clientProcess.ts';
import { experimentCalls } from './experimentCalls.ts';
import { loggedModel, loggedModelCalls } from './loggedModelCalls.ts';
import { notKnown, sendError } from './errorReply.ts';
import { logCalls } from './logCalls.ts';
import { MlflowError } from './mlflowError.ts';
import { modelVersionCalls } from './modelVersionCalls.ts';
import { registeredModelCalls } from './registeredModelCalls.ts';
import { optionalText, text, type Handler, type StageClient } from './request.ts';
import { bodyOf, encodePath, largestBody, query } from './requestBody.ts';
import { runCalls } from './runCalls.ts';
import { searchCalls } from './searchCalls.ts';

/** The version of MLflow whose protocol the server implements. */
export const mlflowVersion = '3.17.0';

const aliveMs = 4000;

export interface TrackingServer {
  uri: string;
  token: string;
  /** The token of a stage's program: the first run that it starts is the stage's own run. */
  tokenFor(stage: StageClient): string;
  close(): Promise<void>;
}

export interface TrackingOptions {
  /** Opens the store on the first request, so that a project without runs is not changed. */
  store: () => Store;
  port?: number;
  token?: string;
}

/** Serves MLflow's REST protocol over a project's store, on loopback, to clients with the token. */
export async function startTracking(options: TrackingOptions): Promise<TrackingServer> {
  let opened: Store | null = null;
  const store = () => (opened = options.store());
  const token = options.token ?? randomBytes(24).toString('hex');
  const app = fastify({ bodyLimit: largestBody, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', (request, reply, done) => {
    // Browser pages have no reason to call.
    const refused =
      request.headers.origin !== undefined ? 'This endpoint does not answer web pages.' : foreignHost(request.raw);
    if (refused !== null) void sendError(reply, new MlflowError('PERMISSION_DENIED', refused));
    else if (!isOpen(request) && stageOf(request, token) === undefined)
      void sendError(
        reply,
        new MlflowError(
          'UNAUTHENTICATED',
          'The token is missing or wrong. Loopwright sets MLFLOW_TRACKING_TOKEN in its terminals and stages; `loopwright track` prints it.',
        ),
      );
    else done();
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, error));
  app.setNotFoundHandler((request, reply) => sendError(reply, notKnown(request)));
  app.get('/health', (_request, reply) => reply.type('text/plain').send('OK'));
  app.get('/version', (_request, reply) => reply.type('text/plain').send(mlflowVersion));
  addFiles(app, store);
  for (const api of ['/api/2.0', '/ajax-api/2.0', '/api/3.0', '/ajax-api/3.0']) {
    addCalls(app, `${api}/mlflow`, store, token);
    addArtifacts(app, `${api}/mlflow-artifacts`, store, () => uri, token);
  }
  const uri = await listen(app, {
    host: '127.0.0.1',
    port: options.port ?? 0,
    server: 'the tracking endpoint',
    remedy: 'Choose another with --port, or 0 for any.',
  });
  const timer = setInterval(() => {
    try {
      if (opened) markInterrupted(options.store());
    } catch {
      // The store is busy or closed; the next attempt reports it.
    }
  }, aliveMs);
  timer.unref();
  return {
    uri,
    token,
    tokenFor: ({ runId, stage }) => `${token}.${runId}.${Buffer.from(stage).toString('base64url')}`,
    close: async () => {
      clearInterval(timer);
      await app.close();
    },
  };
}

function isOpen(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.url === '/health' || request.url === '/version');
}

/** The stage of a request's token, null for the general token, undefined for an invalid one. */
function stageOf(request: FastifyRequest, token: string): StageClient | null | undefined {
  const header = sentOnce(request, 'authorization') ?? '';
  const basic = /^basic (.+)$/i.exec(header)?.[1];
  // A token may also be the password of basic authentication, for clients without bearer tokens.
  const given =
    basic === undefined
      ? (/^bearer (.+)$/i.exec(header)?.[1] ?? '')
      : (Buffer.from(basic, 'base64').toString('utf8').split(':')[1] ?? '');
  const [secret = '', runId, stage] = given.split('.');
  if (!sameSecret(secret, token)) return undefined;
  return runId !== undefined && stage !== undefined
    ? { runId, stage: Buffer.from(stage, 'base64url').toString('utf8') }
    : null;
}

function addCalls(app: FastifyInstance, prefix: string, store: () => Store, token: string): void {
  const add = (method: string, path: string, handler: Handler) => {
    app.route({
      method,
      url: `${prefix}/${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      handler: async (request, reply) => {
        const body = request.method === 'GET' ? query(request) : await bodyOf(request);
        const call = {
          store: store(),
          body: { ...body, ...(request.params as Record<string, string>) },
          stage: stageOf(request, token) ?? null,
          client: () => clientProcess(request.raw.socket),
          clientLater: () => clientProcessLater(request.raw.socket),
          promote: (name: string, version: number) =>
            void promote(store(), { name, version }, { why: 'promoted through MLflow', actor: actorOf('mlflow') }),
        };
        return reply.type('application/json').send(JSON.stringify(handler(call)));
      },
    });
  };
  const either: Record<string, Handler> = { ...experimentCalls, ...searchCalls };
  // MLflow reads by GET and searches by POST; older clients mix them, so reading calls accept both.
  for (const [path, handler] of Object.entries(either))
    for (const method of ['GET', 'POST']) add(method, path, handler);
  for (const [path, handler] of Object.entries({ ...runCalls, ...logCalls }))
    for (const method of path === 'runs/get' ? ['GET', 'POST'] : ['POST']) add(method, path, handler);
  for (const [route, handler] of Object.entries({
    ...loggedModelCalls,
    ...registeredModelCalls,
    ...modelVersionCalls,
  })) {
    const [method = 'GET', path = ''] = route.split(' ');
    add(method, path, handler);
  }
  add('GET', 'artifacts/list', ({ body }) =>
    listRunArtifacts(store(), text(body, 'run_id', 'run_uuid'), encodePath(optionalText(body, 'path') ?? '')),
  );
  add('GET', 'logged-models/{id}/artifacts/directories', ({ body }) => {
    const row = loggedModel(store(), text(body, 'id'));
    const inside = optionalText(body, 'artifact_directory_path') ?? '';
    return {
      root_uri: row.artifact_location,
      files: row.artifact_location.startsWith('mlflow-artifacts:/')
        ? listFolder(
            artifactFile(store(), `${row.artifact_location.slice('mlflow-artifacts:/'.length)}/${encodePath(inside)}`),
            inside,
          )
        : [],
    };
  });
  add('GET', 'server-info', () => ({
    store_type: 'SqlStore',
    workspaces_enabled: false,
    trace_archival_enabled: false,
    multipart_uploads_enabled: true,
    multipart_downloads_enabled: false,
  }));
}
