import type { ModelRef } from '../../protocol/models.ts';
import { actorOf } from '../registry/audit.ts';
import { messageOf } from '../base/errors.ts';
import { foreignHost, foreignPage } from '../http/foreignHost.ts';
import { listen } from '../http/listen.ts';
import { mergedMetrics } from '../listening/listenForEvents.ts';
import { hasToken } from '../http/hasToken.ts';
import { modelTools } from '../models/modelTools.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { recordEvent } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';
import { serveAs, type ServedDeployment } from './deployments.ts';
import { ServerMetrics } from './openMetrics.ts';
import { GroupedLog } from './groupedLog.ts';
import { deploymentEvents } from './deploymentEvents.ts';
import { openApi } from './openApi.ts';
import { predictApp } from './predictApp.ts';
import { declaredTarget, temporaryTarget, type ServeTarget } from './serveTarget.ts';
import { signatureOf } from './signature.ts';
import { Shadow } from './shadow.ts';
import { ServingModel, type ServedVersion } from './servingModel.ts';
import type { Project } from '../project/loadProject.ts';

export interface RunningServer {
  url: string;
  /** Name of the model. */
  model: string;
  version: number;
  /** The routes that take events: `/events`, `/feedback`. */
  takes: readonly string[];
  /** Answers the open requests, then stops. */
  close(): Promise<void>;
}

export interface ServeRequest {
  project: Project;
  store: Store;
  config: ProjectConfig;
  /** A declared deployment, or a version that is served until the server stops. */
  deployment: string | ModelRef;
  /** Replaces the port in the config; 0 takes a free one. */
  port?: number | undefined;
  onLog?: ((line: string) => void) | undefined;
  /** False when a loop starts the server, which records the event by its own clock. Default true. */
  recordDeployment?: boolean | undefined;
}

/**
 * Serves a deployment over HTTP, on loopback unless it asks for a token: POST /predict, GET /signature, GET /openapi.json,
 * GET /health, GET /metrics. Each prediction of a declared deployment is logged before it is answered, and its rows are scored by the
 * shadow after it.
 */
export async function serveDeployment(request: ServeRequest): Promise<RunningServer> {
  const { store, config, deployment } = request;
  const target =
    typeof deployment === 'string'
      ? declaredTarget(request.project, config, deployment)
      : temporaryTarget(request.project, config, deployment);
  const { name, host, token, columns } = target;
  const log = request.onLog ?? (() => {});
  const tools = modelTools(store, config, target.model, log);
  const model = new ServingModel(store, { name: target.model, which: target.which, tools }, log);
  let last = (await model.load()).version.version;
  const predictions = new GroupedLog(store, { onError: (error) => log(`a time was not logged: ${messageOf(error)}`) });
  const shadow = openShadow(request, target, predictions, log);
  await shadow?.load();
  const metrics = new ServerMetrics();
  const { app, rowSchemaOf } = predictApp<ServedVersion>({
    ...target,
    predictions,
    metrics,
    shadow,
    answer: (use) =>
      model.answer((served) => {
        noteVersion(served);
        return use(served);
      }),
  });
  const started = Date.now();
  let record: ServedDeployment | null = null;
  const noteVersion = ({ version: { version } }: ServedVersion): void => {
    if (version === last) return;
    last = version;
    record?.version(last);
    log(`now serving version ${last}`);
  };
  const current = (): ServedVersion => {
    const served = model.current();
    noteVersion(served);
    return served;
  };
  try {
    // A constraint that cannot be used is an error at the start, not in each request.
    rowSchemaOf(model.current());
  } catch (error) {
    await model.close();
    throw error;
  }
  if (token === null)
    app.addHook('onRequest', async (req, reply) => {
      // Routes that take events judge the page themselves, by the origins of their stage.
      const isPredict = req.routeOptions.url === '/predict';
      const error = foreignHost(req.raw) ?? (isPredict ? foreignPage(req.headers.origin) : null);
      return error === null ? undefined : reply.status(403).send({ error });
    });
  else {
    app.addHook('onRequest', async (req, reply) => {
      if (isOpen(req.method, req.routeOptions.url) || hasToken(req, token)) return undefined;
      return reply
        .status(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'Send the token of this deployment as `Authorization: Bearer …`.' });
    });
  }
  const events =
    typeof deployment === 'string' ? deploymentEvents(app, request.project, config, deployment, model.current()) : null;
  app.get('/health', (_request, reply) => {
    const { version, model: served } = current();
    const worker = served.state?.();
    const logState = columns === null ? null : predictions.state;
    const error =
      worker?.state === 'failed' ? worker.error : logState?.state === 'failing' ? logState.error : events?.error();
    const isFailing = error !== undefined;
    return reply.status(isFailing ? 503 : 200).send({
      status: isFailing ? 'failing' : 'ok',
      deployment: name,
      model: target.model,
      model_version: version.version,
      ...(worker && { worker: worker.state }),
      ...(logState && { log: logState.state }),
      ...(isFailing && { error }),
      ...(shadow && { shadow: shadow.version() }),
      uptime_s: Math.round((Date.now() - started) / 1000),
    });
  });
  app.get('/signature', () => signatureOf(current()));
  app.get('/openapi.json', () => openApi(current(), target, rowSchemaOf(current())));
  app.get('/metrics', (_request, reply) =>
    reply
      .type('application/openmetrics-text; version=1.0.0; charset=utf-8')
      .send(
        metrics
          .text({ deployment: name, model: target.model, version: current().version.version })
          .replace(/# EOF\n$/, () => `${mergedMetrics(events?.routes ?? [])}# EOF\n`),
      ),
  );
  const url = await listen(app, {
    host,
    port: request.port ?? target.port,
    server: `\`${name}\``,
    remedy: 'Stop the other program, change `port` in loopwright.yaml, or give `--port`.',
    place: { file: 'loopwright.yaml' },
  }).catch(async (error: unknown) => {
    await events?.close();
    throw error;
  });
  events?.listensAt(url);
  const isDeclared = typeof deployment === 'string';
  record = serveAs(store, { name, kind: isDeclared ? 'api' : 'temporary', url, version: last, startedAt: started });
  if (isDeclared && (request.recordDeployment ?? true))
    recordEvent(store, {
      at: started,
      kind: 'deployed',
      monitor: null,
      text: `v${last} serves as ${name}`,
      model: target.model,
      modelVersion: last,
      runId: null,
      actor: actorOf('terminal'),
    });
  return {
    url,
    model: target.model,
    version: last,
    takes: (events?.routes ?? []).flatMap(({ paths }) => paths),
    async close() {
      await app.close();
      await events?.close();
      await shadow?.close();
      await model.close();
      await predictions.close();
      record?.stop();
    },
  };
}

/** Requests that need no token: whether a server lives is no secret, and a browser asks for permission without one. */
function isOpen(method: string, url: string | undefined): boolean {
  return url === '/health' || (method === 'OPTIONS' && (url === '/events' || url === '/feedback'));
}

/** The shadow of a deployment; null when it has none. */
function openShadow(
  { store, config }: ServeRequest,
  { shadow, columns }: ServeTarget,
  predictions: GroupedLog,
  onLog: (line: string) => void,
): Shadow | null {
  if (!shadow || !columns) return null;
  const tools = modelTools(store, config, shadow.model, onLog);
  const model = new ServingModel(store, { name: shadow.model, which: shadow.alias, tools }, onLog);
  return new Shadow({ model, predictions, columns, onLog });
}
