import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { WorkError, messageOf } from '../base/errors.ts';
import { listen } from '../http/listen.ts';
import { isLoopbackHeader } from '../http/loopback.ts';
import { sameSecret } from '../http/sameSecret.ts';
import { mimeOf } from '../tracking/readArtifact.ts';
import { promote } from '../registry/promote.ts';
import { markInterrupted } from '../tracking/openStore.ts';
import { type Store } from '../store/store.ts';
import {
  artifactFile,
  artifactParts,
  beginUpload,
  dropUpload,
  finishUpload,
  listFolder,
  listRunArtifacts,
  receive,
  receivePart,
  remove,
} from './artifactFiles.ts';
import { clientProcess, clientProcessLater } from './clientProcess.ts';
import { experimentCalls } from './experimentCalls.ts';
import { loggedModel, loggedModelCalls } from './loggedModelCalls.ts';
import { MlflowError, statusOf } from './mlflowError.ts';
import { registryCalls, versionSource } from './registryCalls.ts';
import { activeRun, artifactUriOf, runOf } from './runInfo.ts';
import { list, optionalInteger, optionalText, text, type Handler, type StageClient } from './request.ts';
import { runCalls } from './runCalls.ts';
import { searchCalls } from './searchCalls.ts';

/** The version of MLflow whose protocol this speaks. */
export const mlflowVersion = '3.17.0';

const aliveMs = 4000;
const largestBody = 64 << 20;

export interface TrackingServer {
  uri: string;
  token: string;
  /** The token of the program of a stage: what it starts first is the stage's own run. */
  tokenFor(stage: StageClient): string;
  close(): Promise<void>;
}

export interface TrackingOptions {
  /** Opens the store; first called when a client asks for something, so that a project without runs is not touched. */
  store: () => Store;
  port?: number;
  token?: string;
}

/** Serves MLflow's REST protocol over a project's store, on loopback, to who has the token. */
export async function startTracking(options: TrackingOptions): Promise<TrackingServer> {
  let opened: Store | null = null;
  const store = () => (opened = options.store());
  const token = options.token ?? randomBytes(24).toString('hex');
  const app = fastify({ bodyLimit: largestBody, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', (request, reply, done) => {
    // No page of a browser has a reason to call; one that was led here by another name is turned away.
    const refused =
      request.headers.origin !== undefined
        ? 'This endpoint is not for web pages.'
        : !isLoopbackHeader(request.headers.host)
          ? 'This endpoint answers on loopback alone.'
          : null;
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
      // The store is busy or gone; the next time will tell.
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

/** The stage that a request's token names, null for the token of all, undefined for a wrong one. */
function stageOf(request: FastifyRequest, token: string): StageClient | null | undefined {
  const header = request.headers.authorization ?? '';
  const basic = /^basic (.+)$/i.exec(header)?.[1];
  // A token may also come as the password of a user, for clients that know nothing else.
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

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const known = error instanceof MlflowError ? error : wrapped(error);
  return reply
    .code(statusOf[known.code])
    .type('application/json')
    .send(JSON.stringify({ error_code: known.code, message: known.message }));
}

function wrapped(error: unknown): MlflowError {
  if (error instanceof WorkError)
    return new MlflowError(
      /locked by another process/.test(error.message) ? 'TEMPORARILY_UNAVAILABLE' : 'INTERNAL_ERROR',
      error.message,
    );
  if (/ENOSPC/.test(messageOf(error)))
    return new MlflowError(
      'INTERNAL_ERROR',
      'The disk is full: the artifact was not taken. Free some space; what was written before is kept.',
    );
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500;
  return new MlflowError(
    status === 413
      ? 'INVALID_PARAMETER_VALUE'
      : typeof status === 'number' && status < 500
        ? 'BAD_REQUEST'
        : 'INTERNAL_ERROR',
    messageOf(error),
  );
}

/** A call that this endpoint does not have: one of MLflow's other parts, or none at all. */
function notKnown(request: FastifyRequest): MlflowError {
  const path = request.url.split('?')[0] ?? '';
  const part =
    /mlflow\/(traces|prompts?|gateway|assessments|scorers|webhooks|issues|label-schemas|review-queues|genai|workspaces|datasets|jobs|assistant|mcp)/.exec(
      path,
    )?.[1] ?? (path.startsWith('/v1/traces') ? 'traces' : undefined);
  if (part !== undefined)
    return new MlflowError(
      'NOT_IMPLEMENTED',
      `Loopwright does not keep ${part}. It tracks experiments, runs, metrics, artifacts and models; docs/tracking.md lists what its MLflow endpoint knows.`,
    );
  return new MlflowError('ENDPOINT_NOT_FOUND', `There is no ${request.method} ${path}.`);
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
          promote: (model: string, version: number) => void promote(store(), model, version, 'promoted through MLflow'),
        };
        return reply.type('application/json').send(JSON.stringify(handler(call)));
      },
    });
  };
  const either: Record<string, Handler> = { ...experimentCalls, ...searchCalls };
  // MLflow reads by GET and searches by POST; its older clients mix them, so reading calls take both.
  for (const [path, handler] of Object.entries(either))
    for (const method of ['GET', 'POST']) add(method, path, handler);
  for (const [path, handler] of Object.entries(runCalls))
    for (const method of path === 'runs/get' ? ['GET', 'POST'] : ['POST']) add(method, path, handler);
  for (const [route, handler] of Object.entries({ ...loggedModelCalls, ...registryCalls })) {
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

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function query(request: FastifyRequest): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const params = new URL(request.url, 'http://localhost').searchParams;
  for (const key of new Set(params.keys())) {
    const all = params.getAll(key);
    // `max_results=` says nothing.
    if (key !== 'max_results' || all[0] !== '') values[key] = all.length > 1 ? all : all[0];
  }
  return values;
}

async function bodyOf(request: FastifyRequest): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.raw as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
  }
  if (size > largestBody)
    throw new MlflowError(
      'INVALID_PARAMETER_VALUE',
      `A request has at most ${largestBody} bytes; this one has ${size}.`,
    );
  if (size === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new MlflowError('BAD_REQUEST', `The body of the request is not JSON: ${messageOf(error)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new MlflowError('BAD_REQUEST', 'The body of the request is not a JSON object.');
  return parsed as Record<string, unknown>;
}

/** The calls of MLflow's pages for one file of a run, a logged model or a model version. */
function addFiles(app: FastifyInstance, store: () => Store): void {
  const inFolder = (uri: unknown, path: string) => {
    if (typeof uri !== 'string' || !uri.startsWith('mlflow-artifacts:/'))
      throw new MlflowError('INVALID_PARAMETER_VALUE', 'These artifacts are not kept here.');
    return artifactFile(store(), `${uri.slice('mlflow-artifacts:/'.length)}/${encodePath(path)}`);
  };
  const give = (request: FastifyRequest, reply: FastifyReply, file: string, path: string) => {
    if (!existsSync(file) || !statSync(file).isFile())
      throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${path}'`);
    return sendFile(request, reply, file);
  };
  app.get('/get-artifact', (request, reply) => {
    const asked = query(request);
    const path = text(asked, 'path');
    checkArtifactPath(path);
    return give(
      request,
      reply,
      inFolder(artifactUriOf(store(), runOf(store(), text(asked, 'run_id', 'run_uuid'))), path),
      path,
    );
  });
  for (const url of ['/model-versions/get-artifact', '//model-versions/get-artifact']) {
    app.get(url, (request, reply) => {
      const asked = query(request);
      const path = text(asked, 'path');
      checkArtifactPath(path);
      return give(
        request,
        reply,
        inFolder(versionSource(store(), text(asked, 'name'), text(asked, 'version')), path),
        path,
      );
    });
  }
  app.post('/ajax-api/2.0/mlflow/upload-artifact', async (request, reply) => {
    const asked = query(request);
    const needed = (value: string | undefined, name: string) => {
      if (value === undefined || value === '')
        throw new MlflowError('INVALID_PARAMETER_VALUE', `Request must specify ${name}.`);
      return value;
    };
    const runId = needed(optionalText(asked, 'run_uuid', 'run_id'), 'run_uuid');
    const path = needed(optionalText(asked, 'path'), 'path');
    checkArtifactPath(path);
    if (
      request.headers['content-length'] === '0' ||
      (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
    )
      needed('', 'data');
    await receive(request.raw as Readable, inFolder(artifactUriOf(store(), activeRun(store(), runId)), path));
    return reply.type('application/json').send('{}');
  });
  app.get('/ajax-api/2.0/mlflow/logged-models/:id/artifacts/files', (request, reply) => {
    const path = text(query(request), 'artifact_file_path');
    checkArtifactPath(path);
    return give(
      request,
      reply,
      inFolder(loggedModel(store(), (request.params as { id: string }).id).artifact_location, path),
      path,
    );
  });
}

function checkArtifactPath(path: string): void {
  artifactParts(encodePath(path));
}

function addArtifacts(
  app: FastifyInstance,
  prefix: string,
  store: () => Store,
  uri: () => string,
  token: string,
): void {
  const pathOf = (request: FastifyRequest, part: string) =>
    (request.url.split('?')[0] ?? '').slice(`${prefix}/${part}/`.length);
  const json = (reply: FastifyReply, value: unknown) => reply.type('application/json').send(JSON.stringify(value));
  app.get(`${prefix}/artifacts`, (request, reply) =>
    json(reply, {
      files: listFolder(artifactFile(store(), encodePath(optionalText(query(request), 'path') ?? '')), ''),
    }),
  );
  app.get(`${prefix}/artifacts/*`, (request, reply) => {
    const path = pathOf(request, 'artifacts');
    const file = artifactFile(store(), path);
    if (!existsSync(file) || !statSync(file).isFile())
      throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${decodeURIComponent(path)}'`);
    return sendFile(request, reply, file);
  });
  app.put(`${prefix}/artifacts/*`, async (request, reply) => {
    await receive(request.raw as Readable, artifactFile(store(), pathOf(request, 'artifacts')));
    return json(reply, {});
  });
  app.delete(`${prefix}/artifacts/*`, (request, reply) => {
    remove(artifactFile(store(), pathOf(request, 'artifacts')));
    return json(reply, {});
  });
  const target = (request: FastifyRequest, part: string, body: Record<string, unknown>) =>
    artifactFile(
      store(),
      `${pathOf(request, part)}/${encodePath((optionalText(body, 'path') ?? '').split('/').at(-1) ?? '')}`,
    );
  app.post(`${prefix}/mpu/create/*`, async (request, reply) => {
    const body = await bodyOf(request);
    const parts = optionalInteger(body, 'num_parts') ?? 1;
    const id = beginUpload(store(), target(request, 'mpu/create', body), parts);
    const credentials = Array.from({ length: parts }, (_, i) => ({
      url: `${uri()}${prefix}/mpu/part/${id}/${i + 1}`,
      part_number: i + 1,
      headers: { Authorization: `Bearer ${token}` },
    }));
    return json(reply, { upload_id: id, credentials });
  });
  app.put(`${prefix}/mpu/part/:id/:part`, async (request, reply) => {
    const { id, part } = request.params as { id: string; part: string };
    const etag = await receivePart(store(), id, Number(part), request.raw as Readable);
    return reply.header('ETag', etag).send();
  });
  app.post(`${prefix}/mpu/complete/*`, async (request, reply) => {
    const body = await bodyOf(request);
    const parts = list(body, 'parts').map((part) => ({
      part_number: optionalInteger(part, 'part_number') ?? 0,
      etag: optionalText(part, 'etag') ?? '',
    }));
    await finishUpload(store(), text(body, 'upload_id'), target(request, 'mpu/complete', body), parts);
    return json(reply, {});
  });
  app.post(`${prefix}/mpu/abort/*`, async (request, reply) => {
    dropUpload(store(), text(await bodyOf(request), 'upload_id'));
    return json(reply, {});
  });
}

/** Only plain characters stand in a header; others follow in the form of RFC 5987. */
function disposition(file: string): string {
  const name = basename(file);
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\;,]/g, '_');
  return `attachment; filename=${/\s/.test(plain) ? `"${plain}"` : plain}${plain === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name)}`}`;
}

/** A file, or the range of it that was asked for. */
function sendFile(request: FastifyRequest, reply: FastifyReply, file: string): FastifyReply {
  const { size } = statSync(file);
  reply
    .header('Accept-Ranges', 'bytes')
    .header('X-Content-Type-Options', 'nosniff')
    .header('Content-Disposition', disposition(file))
    .type(mimeOf(file.replaceAll('\\', '/')));
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) return reply.header('Content-Length', size).send(createReadStream(file));
  const start = Number(range[1]);
  const end = Math.min(range[2] === '' ? size - 1 : Number(range[2]), size - 1);
  if (start > end) return reply.code(416).header('Content-Range', `bytes */${size}`).send();
  return reply
    .code(206)
    .header('Content-Range', `bytes ${start}-${end}/${size}`)
    .header('Content-Length', end - start + 1)
    .send(createReadStream(file, { start, end }));
}
