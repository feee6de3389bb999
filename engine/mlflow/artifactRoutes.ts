import { closeSync, createReadStream, existsSync, fstatSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openInside } from '../base/openInside.ts';
import type { Store } from '../store/store.ts';
import { mimeOf } from '../tracking/readArtifact.ts';
import {
  artifactFile,
  artifactParts,
  beginUpload,
  dropUpload,
  finishUpload,
  listFolder,
  receive,
  receivePart,
  remove,
} from './artifactFiles.ts';
import { loggedModel } from './loggedModelCalls.ts';
import { MlflowError } from './mlflowError.ts';
import { versionSource } from './registryJson.ts';
import { list, optionalInteger, optionalText, text } from './request.ts';
import { bodyOf, encodePath, query } from './requestBody.ts';
import { activeRun, artifactUriOf, runOf } from './runInfo.ts';

/** The calls of MLflow's pages for a file of a run, a logged model or a model version. */
export function addFiles(app: FastifyInstance, store: () => Store): void {
  const inFolder = (uri: unknown, path: string) => {
    if (typeof uri !== 'string' || !uri.startsWith('mlflow-artifacts:/'))
      throw new MlflowError('INVALID_PARAMETER_VALUE', 'These artifacts are not kept here.');
    return artifactFile(store(), `${uri.slice('mlflow-artifacts:/'.length)}/${encodePath(path)}`);
  };
  const give = (request: FastifyRequest, reply: FastifyReply, file: string, path: string) => {
    if (!existsSync(file) || !statSync(file).isFile())
      throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${path}'`);
    return sendFile(request, reply, store(), file);
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

/** The proxy for MLflow's artifacts below `prefix`: list, read, write, delete, and multipart uploads. */
export function addArtifacts(
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
    return sendFile(request, reply, store(), file);
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

/** Headers contain only plain characters; others follow in the form of RFC 5987. */
function disposition(file: string): string {
  const name = basename(file);
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\;,]/g, '_');
  return `attachment; filename=${/\s/.test(plain) ? `"${plain}"` : plain}${plain === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name)}`}`;
}

/** Sends a file of the store, or the requested range of it. */
function sendFile(request: FastifyRequest, reply: FastifyReply, store: Store, file: string): FastifyReply {
  const handle = openInside(store.folder, file);
  if (handle === null) throw new MlflowError('RESOURCE_DOES_NOT_EXIST', 'The artifact does not exist.');
  const { size } = fstatSync(handle);
  reply
    .header('Accept-Ranges', 'bytes')
    .header('X-Content-Type-Options', 'nosniff')
    .header('Content-Disposition', disposition(file))
    .type(mimeOf(file.replaceAll('\\', '/')));
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) return reply.header('Content-Length', size).send(createReadStream('', { fd: handle }));
  const start = Number(range[1]);
  const end = Math.min(range[2] === '' ? size - 1 : Number(range[2]), size - 1);
  if (start > end) {
    closeSync(handle);
    return reply.code(416).header('Content-Range', `bytes */${size}`).send();
  }
  return reply
    .code(206)
    .header('Content-Range', `bytes ${start}-${end}/${size}`)
    .header('Content-Length', end - start + 1)
    .send(createReadStream('', { fd: handle, start, end }));
}
