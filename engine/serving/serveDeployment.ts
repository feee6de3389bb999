import { randomUUID } from 'node:crypto';
import type { ModelRef } from '../../protocol/models.ts';
import { actorOf } from '../registry/audit.ts';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { DataError, messageOf } from '../base/errors.ts';
import { listen } from '../http/listen.ts';
import { sameSecret } from '../http/sameSecret.ts';
import { modelTools } from '../models/modelTools.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { recordEvent } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';
import { serveAs, type ServedDeployment } from './deployments.ts';
import type { DeploymentColumns } from './deploymentColumns.ts';
import { ServerMetrics } from './openMetrics.ts';
import { GroupedLog } from './groupedLog.ts';
import type { AnsweredRequest } from './predictionLog.ts';
import { answeredThreshold } from './answeredThreshold.ts';
import { predictRows } from './predictRows.ts';
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

const mostRows = 10_000;

/**
 * Serves a deployment over HTTP, on loopback unless it asks for a token: POST /predict, GET /signature, GET /health, GET
 * /metrics. Each prediction of a declared deployment is logged before it is answered, and its rows are scored by the
 * shadow after it.
 */
export async function serveDeployment(request: ServeRequest): Promise<RunningServer> {
  const { store, config, deployment } = request;
  const target =
    typeof deployment === 'string' ? declaredTarget(request.project, config, deployment) : temporaryTarget(deployment);
  const { name, host, token, columns } = target;
  const log = request.onLog ?? (() => {});
  const tools = modelTools(store, config, target.model, log);
  const model = new ServingModel(store, { name: target.model, which: target.which, tools }, log);
  let last = (await model.load()).version.version;
  const predictions = new GroupedLog(store);
  const shadow = openShadow(request, target, predictions, log);
  await shadow?.load();
  const app = fastify({ bodyLimit: 32 << 20, forceCloseConnections: 'idle' });
  const metrics = new ServerMetrics();
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
  app.setErrorHandler(
    (error: Error & { statusCode?: number }, _request, reply) =>
      void reply.status(error.statusCode ?? 500).send({ error: messageOf(error) }),
  );
  if (token !== null) {
    app.addHook('onRequest', async (req, reply) => {
      if (req.routeOptions.url === '/health' || sameSecret(req.headers.authorization ?? '', `Bearer ${token}`))
        return undefined;
      return reply
        .status(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'Send the token of this deployment as `Authorization: Bearer …`.' });
    });
  }
  app.get('/health', () => ({
    status: 'ok',
    deployment: name,
    model: target.model,
    model_version: current().version.version,
    ...(shadow && { shadow: shadow.version() }),
    uptime_s: Math.round((Date.now() - started) / 1000),
  }));
  app.get('/signature', () => signatureOf(current()));
  app.get('/metrics', (_request, reply) =>
    reply
      .type('application/openmetrics-text; version=1.0.0; charset=utf-8')
      .send(metrics.text({ deployment: name, model: target.model, version: current().version.version })),
  );
  app.post('/predict', (req, reply) =>
    model.answer((served) => {
      noteVersion(served);
      return answer({ req, reply, served, predictions, name, columns, metrics, shadow });
    }),
  );
  const url = await listen(app, {
    host,
    port: request.port ?? target.port,
    server: `\`${name}\``,
    remedy: 'Stop the other program, change `port` in loopwright.yaml, or give `--port`.',
    place: { file: 'loopwright.yaml' },
  });
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
    async close() {
      await app.close();
      await shadow?.close();
      await model.close();
      record?.stop();
    },
  };
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

interface Answer {
  req: FastifyRequest;
  reply: FastifyReply;
  served: ServedVersion;
  predictions: GroupedLog;
  name: string;
  /** Null when predictions are not logged. */
  columns: DeploymentColumns | null;
  metrics: ServerMetrics;
  shadow: Shadow | null;
}

async function answer({
  req,
  reply,
  served,
  predictions: log,
  name,
  columns,
  metrics,
  shadow,
}: Answer): Promise<unknown> {
  const start = performance.now();
  const refuse = (status: number, message: string) => {
    metrics.request(status, (performance.now() - start) / 1000, 0);
    return reply.status(status).send({ error: message });
  };
  const body = req.body as { instances?: unknown; params?: unknown } | null;
  if (body?.params !== undefined)
    return refuse(400, 'This API takes no `params`: a model answers with the params that it was saved with.');
  const rows = body?.instances;
  if (!Array.isArray(rows) || rows.length === 0)
    return refuse(
      400,
      `The body must be JSON like {"instances": [{"${served.model.meta.features[0]?.name ?? 'column'}": …}]} with at least one row.`,
    );
  if (rows.length > mostRows)
    return refuse(413, `A request may hold at most ${mostRows} rows; this one holds ${rows.length}.`);
  const { model, version } = served.version;
  const request: AnsweredRequest = { deployment: name, model, version, role: 'stable', ...identityOf(req) };
  try {
    const predictions = await predictRows(served.model, served.version.report, rows);
    const latencyMs = (performance.now() - start) / rows.length;
    if (columns) {
      const logged = predictions.map((prediction, i) => {
        const row = rows[i] as Record<string, unknown>;
        return {
          at: columns.timeOf(row),
          key: columns.keyOf(row),
          features: columns.featuresOf(row, served.model.meta.features),
          score: prediction.score,
          prediction: prediction.prediction,
          latencyMs,
          error: null,
        };
      });
      await log.write(request, logged);
      shadow?.take({ request, rows, logged });
    }
    metrics.request(200, (performance.now() - start) / 1000, rows.length);
    const threshold = answeredThreshold(served.version.report);
    return { model, model_version: version, ...(threshold && { threshold }), predictions };
  } catch (error) {
    if (!(error instanceof DataError)) {
      metrics.request(500, (performance.now() - start) / 1000, 0);
      throw error;
    }
    if (columns)
      await log.write(request, [
        {
          at: Date.now(),
          key: null,
          features: {},
          score: null,
          prediction: null,
          latencyMs: performance.now() - start,
          error: error.message,
        },
      ]);
    return refuse(400, error.message);
  }
}

/** The ids that identify a request to its caller: those that it sent when their form is safe, else new ones. */
function identityOf({ headers }: FastifyRequest): Pick<AnsweredRequest, 'requestId' | 'trace'> {
  const given = headers['x-request-id'];
  const trace = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(String(headers['traceparent'] ?? ''))?.[1];
  return {
    requestId: typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID(),
    trace: trace ?? null,
  };
}
