import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { isNestedDeeply, tooDeep } from '../base/jsonDepth.ts';
import { messageOf, StoreError, type StoreFault } from '../base/errors.ts';
import type { DatasetSchema, InvalidMode } from '../project/schema/datasetSchema.ts';
import { answerRequest, loggedRequests, type AnsweringVersion } from './answerRequest.ts';
import type { DeploymentColumns } from './deploymentColumns.ts';
import type { GroupedLog } from './groupedLog.ts';
import { BodyError, bodyError } from './jsonBody.ts';
import type { ServerMetrics } from './openMetrics.ts';
import { RowSchema } from './rowSchema.ts';
import { schemaOfVersion } from './schemaOfVersion.ts';
import type { Shadow } from './shadow.ts';

/** The largest body, in bytes. */
const mostBytes = 32 << 20;

export interface PredictAppOptions<Served extends AnsweringVersion> {
  /** Name of the deployment. */
  name: string;
  /** Answers by the version that serves now, which stays open until then. */
  answer: <T>(use: (served: Served) => Promise<T>) => Promise<T>;
  predictions: GroupedLog;
  columns: DeploymentColumns | null;
  /** The schema in the project, for versions that do not keep theirs. */
  schema: DatasetSchema | null;
  invalid: InvalidMode;
  metrics: ServerMetrics;
  shadow: Shadow | null;
}

export interface PredictApp<Served> {
  app: FastifyInstance;
  /** The rules for the rows of a version. Throws DataError when a constraint of the schema cannot be used. */
  rowSchemaOf: (served: Served) => RowSchema;
}

/** The HTTP application with POST /predict, not yet listening. */
export function predictApp<Served extends AnsweringVersion>(options: PredictAppOptions<Served>): PredictApp<Served> {
  const { columns, schema, invalid, predictions, metrics } = options;
  const app = fastify({ bodyLimit: mostBytes, forceCloseConnections: 'idle' });
  const rowSchemas = new WeakMap<object, RowSchema>();
  const rowSchemaOf = (served: AnsweringVersion): RowSchema => {
    const known = rowSchemas.get(served);
    if (known) return known;
    const alsoReads = [columns?.key ?? null, columns?.time ?? null].filter((name) => name !== null);
    const own = schemaOfVersion(served.version.report, schema);
    const made = new RowSchema({ meta: served.model.meta, schema: own, alsoReads, invalid });
    rowSchemas.set(served, made);
    return made;
  };
  readJson(app);
  measureRequests(app, (req, status, ms) => {
    metrics.request(status, ms / 1000);
    const rows = loggedRequests.get(req);
    if (rows) predictions.answered(rows, ms);
  });
  app.post('/predict', (req, reply) =>
    options.answer((served) => {
      const { fields = [] } = schemaOfVersion(served.version.report, schema) ?? {};
      const target = fields.find(({ name }) => name === served.model.meta.target) ?? null;
      return answerRequest(req, reply, served, { ...options, rowSchemaOf, target });
    }),
  );
  return { app, rowSchemaOf };
}

/** Parses bodies as JSON, with errors that name what is not JSON, and answers every error as JSON. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (req, body, done) => {
    if (isNestedDeeply(body)) return done(new BodyError(tooDeep));
    parse(req, body, (error, parsed) => done(error && bodyError(body, error), parsed));
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    // A locked store and a full disk pass: the client may send the request again.
    const againS = error instanceof StoreError ? retryAfterS[error.fault] : undefined;
    if (againS !== undefined) reply.header('retry-after', againS);
    const status = againS === undefined ? (error.statusCode ?? 500) : 503;
    return reply.status(status).send({ error: `${messageOf(error)}${remedies[status] ?? ''}` });
  });
}

/** Seconds until a client may send the request again. */
const retryAfterS: Partial<Record<StoreFault, number>> = { busy: 1, full: 30 };

const remedies: Readonly<Record<number, string>> = {
  413: `. A body may have at most ${mostBytes >> 20} MB.`,
  415: '. Send JSON with `content-type: application/json`.',
};

/** Measures each request to /predict, also one that the parser refuses: from its first byte to the end of the answer. */
function measureRequests(
  app: FastifyInstance,
  onAnswer: (req: FastifyRequest, status: number, ms: number) => void,
): void {
  const started = new WeakMap<FastifyRequest, number>();
  app.addHook('onRequest', async (req) => {
    started.set(req, performance.now());
  });
  app.addHook('onResponse', async (req, reply) => {
    if (req.method !== 'POST' || req.routeOptions.url !== '/predict') return;
    onAnswer(req, reply.statusCode, performance.now() - (started.get(req) ?? performance.now()));
  });
}
